"""The door of pages: everything other apps may use of them."""

from community.pages.feed import FeedItem
from community.pages.interests import Interest, first_interests, interests_of
from community.pages.models import ArticleIndexPage, ArticlePage, ClubPage, ContestPage, HomePage
from community.pages.queries import brief_of, briefs_of, landing_of, landings_of
from community.pages.services import ensure_page, ensure_site, paragraphs
from community.pages.talk import ClubNews, ClubTalk, Conversation

__all__ = [
    "ArticleIndexPage",
    "ArticlePage",
    "ClubNews",
    "ClubPage",
    "ClubTalk",
    "ContestPage",
    "Conversation",
    "FeedItem",
    "HomePage",
    "Interest",
    "brief_of",
    "briefs_of",
    "ensure_page",
    "ensure_site",
    "first_interests",
    "interests_of",
    "landing_of",
    "landings_of",
    "paragraphs",
]
