"""Pages that editors write in the Wagtail admin. One address, in the reader's language."""

from community.pages.models.articles import ArticleIndexPage, ArticlePage
from community.pages.models.base import BrandPage, card_pictures
from community.pages.models.hidden import HiddenItem
from community.pages.models.home import HomePage
from community.pages.models.landings import ClubPage, ContestPage, LandingPage
from community.pages.models.languages import RemovedTranslation, withheld_from

__all__ = [
    "ArticleIndexPage",
    "ArticlePage",
    "BrandPage",
    "ClubPage",
    "ContestPage",
    "HiddenItem",
    "HomePage",
    "LandingPage",
    "RemovedTranslation",
    "card_pictures",
    "withheld_from",
]
