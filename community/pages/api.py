"""The door of pages: everything other apps may use of them."""

from community.pages.feed import FeedItem
from community.pages.models import ArticleIndexPage, ArticlePage, ClubPage, ContestPage, HomePage
from community.pages.queries import brief_of, landing_of
from community.pages.services import ensure_page, ensure_site, paragraphs

__all__ = [
    "ArticleIndexPage",
    "ArticlePage",
    "ClubPage",
    "ContestPage",
    "FeedItem",
    "HomePage",
    "brief_of",
    "ensure_page",
    "ensure_site",
    "landing_of",
    "paragraphs",
]
