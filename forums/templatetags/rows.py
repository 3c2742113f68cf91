"""Rows of lists and the posts of a topic, made once for what they show.

Each depends on nothing but the values it is given, its language, and what its reader may do. So what was made before is
good for everybody to whom the same is shown, and a page that is read often costs half. Templates of these rows read
nothing else: no request, no reader.
"""

from __future__ import annotations

import secrets
from collections.abc import Callable
from functools import partial
from typing import Any, NamedTuple

from django import template
from django.conf import settings
from django.template.loader import render_to_string
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language

from community.kernel.api import TextCache, brand_name
from community.kernel.templatetags.ui import ago, clock, html_language
from community.members.api import MemberCard
from forums.queries import PostRow, TopicRow

register = template.Library()

# Bytes a process keeps of each: some 2,800 posts of 600 characters, 2,000 where they are Chinese, and 1,850 rows.
POSTS, TOPICS = TextCache(12_000_000), TextCache(4_000_000)
LONGEST = 4_000  # characters of a post's HTML; a longer one is made each time, since it would stand for many others
TAGS = 3
# Stands for the reader's token in forms that are made for all. Nobody who writes a post can know it.
_TOKEN = secrets.token_hex(16)


class ShownTopic(NamedTuple):
    """All that a topic's row shows."""

    url: str
    title: str
    language: str
    tags: tuple[str, ...]
    board_url: str
    pinned: bool
    closed: bool
    answered_by_brand: bool
    solved: bool
    colours: int | None
    last_colours: int | None
    replies: int
    new: int
    new_url: str
    last_name: str
    when: str
    brand_name: str


class ShownPost(NamedTuple):
    """What a post's own part shows of it; ``mark`` stands for its HTML, which is not kept twice."""

    pk: int
    number: int
    page: int
    kind: str
    official: bool
    removed: bool
    mark: int
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
    deleted: bool
    edited: bool
    answers: bool
    url: str
    language: str
    moment: str
    when: str
    brand_name: str


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
        url=topic.get_absolute_url(),
        title=topic.title,
        language=html_language(topic.language),
        tags=tuple(topic.tags[:TAGS]),
        board_url=topic.board.get_absolute_url() if topic.tags else "",
        pinned=topic.pinned,
        closed=topic.closed,
        answered_by_brand=topic.answered_by_brand,
        solved=topic.best_answer_id is not None,
        colours=row.author.colours if row.author else None,
        last_colours=row.last.colours if row.last else None,
        replies=topic.reply_count,
        new=row.new,
        new_url=row.new_url if row.new else "",
        last_name=row.last.name if row.last else "",
        when=ago(topic.last_post_at),
        brand_name=brand_name(),
    )
    return _made(TOPICS, (shown, get_language()), partial(render_to_string, "ui/topic_row.html", {"row": shown}))


@register.simple_tag(takes_context=True)
def post_item(context: Any, row: PostRow) -> SafeString:
    """A post of a topic, with its reader's buttons, by ``guest``, ``can_choose`` and ``is_moderator``."""
    post, token, deleted = row.post, context.get("csrf_token"), row.deleted
    html = "" if deleted else post.html
    shown = ShownRow(
        post=ShownPost(
            pk=post.pk,
            number=post.number,
            page=post.page,
            kind=post.kind,
            official=post.official,
            removed=post.removed,
            mark=hash(html),  # 64 bits that nobody can know, beside the post's own number
            useful_count=post.useful_count,
            same_count=post.same_count,
            score=post.score,
        ),
        author=row.author,
        useful=row.useful,
        same=row.same,
        own=row.own,
        best=row.best,
        deleted=deleted,
        edited=row.edited,
        answers=post.official and post.number != 1 and not deleted,
        url=row.url,
        language=row.language,
        moment=row.moment,
        when=clock(post.written_at),
        brand_name=brand_name(),
    )
    guest, can_choose, is_moderator = (bool(context.get(name)) for name in ("guest", "can_choose", "is_moderator"))
    powers = Powers(guest, can_choose, is_moderator, token=token is not None)
    make = partial(_post, shown, html, powers)
    item = _made(POSTS, (shown, powers, get_language()), make) if len(html) <= LONGEST else make()
    return mark_safe(item.replace(_TOKEN, str(token))) if _TOKEN in item else item  # noqa: S308 - Django's token


def _post(shown: ShownRow, html: str, powers: Powers) -> SafeString:
    token = _TOKEN if powers.token else None
    context = {"row": shown, "html": html, **powers._asdict(), "brand_name": shown.brand_name, "csrf_token": token}
    return render_to_string("forums/post_item.html", context)


def _made(kept: TextCache, key: tuple[Any, ...], make: Callable[[], SafeString]) -> SafeString:
    """HTML as it was made for this key before, else made now and kept; made each time for who edits templates."""
    return make() if settings.DEBUG else mark_safe(kept.get(key, make))  # noqa: S308 - as the template made it
