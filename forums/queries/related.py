"""Topics that are about the same."""

from __future__ import annotations

from typing import Any

from django.core.cache import cache

from community.search.api import SearchDown, close_to
from forums.models import Topic, readers_of

RELATED, CANDIDATES = 4, 10
KEPT_SECONDS = 600


def related_topics(topic: Topic, viewer: Any) -> list[Topic]:
    """Topics close to this one, of those the viewer may read now; after the closest those in its language come first.

    While search is away there are none.
    """
    ids = _close(topic, viewer)
    if not ids:
        return []
    fields = ("id", "title", "slug", "language", "post_count", "deleted_at")
    found = Topic.objects.visible_to(viewer).only(*fields).in_bulk(ids)
    close = [found[pk] for pk in ids if pk in found]
    others = sorted(close[1:], key=lambda other: other.language != topic.language)
    return [*close[:1], *others][:RELATED]


def _close(topic: Topic, viewer: Any) -> list[int]:
    """Their ids, kept for a while for all who may read the same boards."""
    key = f"topic-related:{topic.pk}:{'-'.join(readers_of(viewer))}"
    ids: list[int] | None = cache.get(key)
    if ids is None:
        try:
            ids = close_to("topic", topic.pk, topic.title, viewer=viewer, limit=CANDIDATES)
        except SearchDown:
            return []
        cache.set(key, ids, KEPT_SECONDS)
    return ids
