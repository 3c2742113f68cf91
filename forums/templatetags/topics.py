"""Topics in lists."""

from __future__ import annotations

from functools import lru_cache
from typing import NamedTuple

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import get_language

from community.kernel.api import brand_name
from community.kernel.templatetags.ui import ago, html_language
from forums.queries import TopicRow

register = template.Library()

ROWS = 4096  # some kilobytes each
TAGS = 3


class _Shown(NamedTuple):
    """All that a row shows."""

    url: str
    title: str
    language: str
    tags: tuple[str, ...]
    pinned: bool
    closed: bool
    answered_by_brand: bool
    solved: bool
    author_id: int
    last_author_id: int | None
    replies: int
    new: int
    new_url: str
    last_name: str
    when: str
    brand_name: str


@register.simple_tag
def topic_row(row: TopicRow) -> SafeString:
    """A topic in a list, with what is new in it for the reader.

    A row depends on nothing but what it shows, so one that was shown before is not made again: a list costs half.
    """
    topic = row.topic
    shown = _Shown(
        topic.get_absolute_url(),
        topic.title,
        html_language(topic.language),
        tuple(topic.tags[:TAGS]),
        topic.pinned,
        topic.closed,
        topic.answered_by_brand,
        topic.best_answer_id is not None,
        topic.author_id,
        topic.last_author_id,
        topic.reply_count,
        row.new,
        row.new_url if row.new else "",
        row.last.name if row.last else "",
        ago(topic.last_post_at),
        brand_name(),
    )
    make = _made.__wrapped__ if settings.DEBUG else _made  # whoever edits the template sees it
    return make(shown, get_language() or "")


@lru_cache(ROWS)
def _made(shown: _Shown, language: str) -> SafeString:
    return render_to_string("ui/topic_row.html", {"row": shown})
