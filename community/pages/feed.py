"""What the home page is made of, and its order."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.translation import get_language

BRAND_EVERY = 4
LEAD_WITHIN = 8


@dataclass(frozen=True)
class FeedItem:
    """One item of the home page.

    ``why``: you (about you and new), ring (worked out or read), none (for everybody). ``picture`` is the address of one
    that came with it, ``scene`` a drawing.
    """

    key: str
    url: str
    title: str
    excerpt: str
    at: datetime
    reason: str
    reason_url: str = ""
    why: str = "none"
    by: Any = None
    by_id: int | None = None
    replies: int | None = None
    useful: int | None = None
    unread: bool = False
    language: str = ""
    label: str = ""
    scene: str = ""
    picture: str = ""

    @property
    def pictured(self) -> bool:
        """Whether there is something to look at."""
        return bool(self.picture or self.scene)


def mixed(items: Iterable[FeedItem], *, signed_in: bool) -> list[FeedItem]:
    """Members' items, what is new or about the reader first, with one of the brand's in every four.

    Without this a lively forum would push the brand's few items off the page. Guests see one of them on top.
    """
    items = sorted(items, key=lambda item: (item.unread or item.why == "you", item.at), reverse=True)
    brand = [item for item in items if item.by_id is None]
    order: list[FeedItem] = []
    place = BRAND_EVERY // 2 if signed_in else 0
    for number, item in enumerate(item for item in items if item.by_id is not None):
        if brand and number % BRAND_EVERY == place:
            order.append(brand.pop(0))
        order.append(item)
    return _led([*order, *brand])


def _led(items: list[FeedItem]) -> list[FeedItem]:
    """A picture leads: the first of the next few that has one, rather in the reader's language than in another.

    Nothing that was read comes before something new.
    """
    fresh = items[0].unread if items else False
    able = [item for item in items[:LEAD_WITHIN] if item.picture and item.unread == fresh]
    lead = next((item for item in able if item.language == get_language()), able[0] if able else None)
    return [lead, *(item for item in items if item is not lead)] if lead else items
