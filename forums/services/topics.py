"""Topics: opening, closing, pinning; and the boards they stand in."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from django.db import transaction

from community.inbox.api import announce
from community.kernel.api import publish
from community.kernel.plain import language_of
from community.members.api import Member
from community.search.api import mark_content
from forums.enums import Readership
from forums.facts import (
    TopicClosed,
    TopicOpened,
    TopicPinned,
    TopicReopened,
    TopicUnpinned,
)
from forums.models import Board, Topic, topic_slug
from forums.services.held import append, lock_topic, sent_before
from forums.services.rights import require_host, require_reader
from forums.services.texts import Text, clean_tags, clean_title, note_names, notified_ids, prepare, still_said


def open_topic(
    *,
    author: Member,
    board: Board,
    title: str,
    source: str,
    tags: Sequence[str] = (),
    now: datetime,
    imported: bool = False,
) -> Topic:
    """A new topic with its first post; sent twice within a minute it is the one that is there.

    Raises Invalid, and NotAllowed in a board one may not read.
    What is imported happened long ago and elsewhere: nobody is notified of it.
    """
    require_reader(author, board)
    title, tags = clean_title(title), tuple(tags) if imported else clean_tags(tags)
    text = prepare(source, imported=imported)
    return _open(author, board, title, text, tags, now, imported=imported)


@transaction.atomic
def _open(
    author: Member, board: Board, title: str, text: Text, tags: tuple[str, ...], now: datetime, *, imported: bool
) -> Topic:
    if not imported:
        board = Board.objects.select_for_update(no_key=True).get(pk=board.pk)
        require_reader(author, board)  # it may have other readers since it was read before
        where = {"topic__board": board, "topic__title": title, "topic__deleted_at": None, "number": 1}
        if there := sent_before(author, text, now, **where):
            return there.topic
    text = still_said(text, imported=imported)
    topic = Topic.objects.create(
        board=board,
        author=author,
        title=title,
        slug=topic_slug(title),
        language=language_of(f"{title} {text.plain}"),
        tags=list(tags),
        opened_at=now,
        last_post_at=now,
        last_author=author,
        imported=imported,
    )
    post = append(topic, author, text, now)
    note_names(post, text, title)
    mentioned, quoted = notified_ids(text, author, now)
    fact = TopicOpened(
        member_id=author.pk,
        topic_id=topic.pk,
        post_id=post.pk,
        board_id=board.pk,
        title=title,
        text=text.told,
        tags=tags,
        mentioned_ids=mentioned,
        quoted_ids=quoted,
        imported=imported,
    )
    publish(fact, now=now)
    mark_content("topic", [topic.pk])
    return topic


@transaction.atomic
def set_closed(*, actor: Member, topic: Topic, closed: bool, now: datetime) -> None:
    """No more replies, or replies again: by a moderator, or who runs the club. Again changes nothing."""
    topic = lock_topic(topic)
    require_host(actor, topic)
    if topic.closed == closed:
        return
    topic.closed = closed
    topic.sequence += 1
    topic.save(update_fields=["closed", "sequence"])
    fact_type = TopicClosed if closed else TopicReopened
    publish(fact_type(member_id=actor.pk, topic_id=topic.pk, author_id=topic.author_id), now=now)
    announce(topic.channel, kind="closed" if closed else "opened", sequence=topic.sequence)


@transaction.atomic
def set_pinned(*, actor: Member, topic: Topic, pinned: bool, now: datetime) -> None:
    """Keep a topic on top of its board, or no longer, as one closes it. Again changes nothing."""
    topic = lock_topic(topic)
    require_host(actor, topic)
    if topic.pinned == pinned:
        return
    topic.pinned = pinned
    topic.save(update_fields=["pinned"])
    fact_type = TopicPinned if pinned else TopicUnpinned
    publish(fact_type(member_id=actor.pk, topic_id=topic.pk, author_id=topic.author_id), now=now)


@transaction.atomic
def ensure_board(
    *,
    slug: str,
    title_en: str,
    title_zh: str,
    about_en: str = "",
    about_zh: str = "",
    club_slug: str = "",
    readers: str = Readership.PUBLIC,
    position: int = 100,
) -> Board:
    """The board of this slug, made where it is missing."""
    values = {
        "title_en": title_en,
        "title_zh": title_zh,
        "about_en": about_en,
        "about_zh": about_zh,
        "club_slug": club_slug,
        "readers": readers,
        "position": position,
    }
    return Board.objects.get_or_create(slug=slug, defaults=values)[0]
