"""The door of pages: everything other apps may use of them."""

from community.pages.queries import FeedItem, brief_of, landing_of
from community.pages.services import ensure_page, ensure_site, paragraphs

__all__ = ["FeedItem", "brief_of", "ensure_page", "ensure_site", "landing_of", "paragraphs"]
