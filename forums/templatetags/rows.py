"""Rows of lists and the posts of a topic, made once for what they show.

Each depends on nothing but the values it is given, its language, and what its reader may do. So what was made before is
good for everybody to whom the same is shown, and a page that is read often costs half. Templates of these rows read
nothing else: no request, no reader.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any, NamedTuple, ParamSpec

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from community.kernel.api import brand_name
from community.kernel.templatetags.ui import ago, clock, html_language
from community.members.api import MemberCard
from forums.queries import PostRow, TopicRow

Given = ParamSpec("Given")

register = template.Library()

KEPT = 2048  # of each kind, some kilobytes each: at most about 20 MB a process
LONGEST = 4_000  # characters of a post; longer ones are made each time
TAGS = 3
# Stands for the reader's token in forms that are made for all. Nobody who writes a post can know it.
_TOKEN = secrets.token_hex(16)


class ShownTopic(NamedTuple):
    """All that a topic's row shows."""

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


class ShownPost(NamedTuple):
    """What a post's own part shows of it."""

    pk: int
    author_id: int | None
    number: int
    page: int
    kind: str
    official: bool
    deleted_at: bool
    edited_at: bool
    html: str
    useful_count: int
    same_count: int
    score: int | None


class ShownRow(NamedTuple):
    """All that a post on a topic page shows; ``answers``: for the brand."""

    post: ShownPost
    author: MemberCard | None
    useful: bool
    same: bool
    own: bool
    best: bool
    answers: bool
    url: str
    language: str
    moment: str
    when: str


class Powers(NamedTuple):
    """What the reader may do, for the buttons; ``token`` is whether forms have one."""

    guest: bool
    can_choose: bool
    is_moderator: bool
    token: bool


@register.simple_tag
def topic_row(row: TopicRow) -> SafeString:
    """A topic in a list, with what is new in it for the reader."""
    topic = row.topic
    shown = ShownTopic(
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
    return _kept_topic(shown, get_language() or "")


@register.simple_tag(takes_context=True)
def post_item(context: Any, row: PostRow) -> SafeString:
    """A post of a topic, with its reader's buttons, by ``guest``, ``can_choose`` and ``is_moderator``."""
    post, token = row.post, context.get("csrf_token")
    shown = ShownRow(
        ShownPost(
            post.pk,
            post.author_id,
            post.number,
            post.page,
            post.kind,
            post.official,
            post.deleted_at is not None,
            post.edited_at is not None,
            post.html,
            post.useful_count,
            post.same_count,
            post.score,
        ),
        row.author,
        row.useful,
        row.same,
        row.own,
        row.best,
        post.official and post.number != 1 and post.deleted_at is None,
        row.url,
        row.language,
        row.moment,
        clock(post.written_at),
    )
    guest, can_choose, is_moderator = (bool(context.get(name)) for name in ("guest", "can_choose", "is_moderator"))
    powers = Powers(guest, can_choose, is_moderator, token=token is not None)
    make = _kept_post if len(post.html) <= LONGEST else _post
    html = make(shown, powers, brand_name(), get_language() or "")
    return mark_safe(html.replace(_TOKEN, str(token))) if _TOKEN in html else html  # noqa: S308 - Django's token


def _kept(make: Callable[Given, SafeString]) -> Callable[Given, SafeString]:
    """The same, made once for the same; each time for who edits templates."""
    remembered = lru_cache(KEPT)(make)

    @wraps(make)
    def made(*args: Given.args, **kwargs: Given.kwargs) -> SafeString:
        return make(*args, **kwargs) if settings.DEBUG else remembered(*args, **kwargs)  # type: ignore[arg-type]

    return made


def _topic(shown: ShownTopic, language: str) -> SafeString:
    return render_to_string("ui/topic_row.html", {"row": shown})


def _post(shown: ShownRow, powers: Powers, brand: str, language: str) -> SafeString:
    token = _TOKEN if powers.token else None
    context = {"row": shown, **powers._asdict(), "brand_name": brand, "csrf_token": token}
    return render_to_string("forums/post_item.html", context)


_kept_topic, _kept_post = _kept(_topic), _kept(_post)
