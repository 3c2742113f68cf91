"""What members do in the forums."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from community.inbox.api import announce
from community.kernel import markup
from community.kernel.api import Conflict, Gone, Invalid, NotAllowed, publish
from community.kernel.images import reencode
from community.members.api import Member, Role, has_role, members_named, space_url
from community.search.api import mark_content
from forums.enums import Kind, PostKind
from forums.facts import (
    BestAnswerChosen,
    BestAnswerCleared,
    PostDeleted,
    PostEdited,
    PostReacted,
    PostRestored,
    PostWritten,
    ReactionWithdrawn,
    TopicClosed,
    TopicOpened,
    TopicPinned,
    TopicReopened,
    TopicUnpinned,
)
from forums.models import Board, Post, PostRevision, Reaction, Reference, Topic, Upload, readers_of, topic_slug

MAX_TITLE = 200
NEW = timedelta(days=7)  # an account so young calls no more than a few people by a post
NEW_CALLS = 5


@dataclass(frozen=True)
class Text:
    """A text in its three forms, with whom it mentions and quotes."""

    source: str
    html: str
    plain: str
    mentioned_ids: tuple[int, ...]
    quoted_ids: tuple[int, ...]
    named_ids: frozenset[int]


def prepare(source: str, *, imported: bool = False) -> Text:
    """Render a member's Markdown. Raises Invalid for an empty or endless text.

    It takes up to half a second for the worst of texts: not while a row is locked. What was imported is never refused
    for the page it makes; it is shown as it was written then.
    """
    source = source.replace("\r\n", "\n").replace("\0", "").strip()
    if not source:
        raise Invalid(_("Write something first."), field="source")
    if len(source) > markup.MAX_LENGTH:
        raise Invalid(_("The text is longer than 40,000 characters."), field="source")
    parsed = markup.read(source) if imported else markup.parse(source)
    named = members_named(parsed.named) if parsed.named else {}
    names = {name: named[name] for name in parsed.mentioned if name in named}
    authors = dict(Post.objects.filter(pk__in=parsed.cited).values_list("pk", "author_id")) if parsed.cited else {}
    html = parsed.html(mentions={name: space_url(name) for name in names})
    quoted = dict.fromkeys(authors[post_id] for post_id in parsed.quoted if post_id in authors)
    everybody = frozenset((*named.values(), *authors.values()))
    return Text(source, html, markup.plain_text(html), tuple(dict.fromkeys(names.values())), tuple(quoted), everybody)


def called(text: Text, author: Member, now: datetime) -> tuple[tuple[int, ...], tuple[int, ...]]:
    """Whom a text calls by mentioning and by quoting them; of somebody new no more than a few."""
    most = NEW_CALLS if now - author.joined_at < NEW else 2 * markup.MOST_NAMES
    mentioned = text.mentioned_ids[:most]
    return mentioned, text.quoted_ids[: most - len(mentioned)]


def _note_names(post: Post, text: Text, title: str = "") -> None:
    """Remember whom a post names, so that the name is found when its bearer is erased. Old versions count too."""
    titled = markup.names_in(title)
    named = {*text.named_ids, *(members_named(titled).values() if titled else ())}
    if named:
        rows = [Reference(post=post, member_id=member_id) for member_id in sorted(named)]
        Reference.objects.bulk_create(rows, ignore_conflicts=True)


def clean_title(title: str) -> str:
    """A title in one line. Raises Invalid for an empty or long one."""
    title = " ".join(title.replace("\0", "").split())
    if not title:
        raise Invalid(_("A topic needs a title."), field="title")
    if len(title) > MAX_TITLE:
        raise Invalid(_("The title is longer than 200 characters."), field="title")
    return title


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
    """A new topic with its first post. Raises Invalid, and NotAllowed in a board one may not read.

    What is imported happened long ago and elsewhere: nobody is notified of it.
    """
    require_reader(author, board)
    title, text = clean_title(title), prepare(source, imported=imported)
    return _open(author, board, title, text, tuple(tags), now, imported=imported)


@transaction.atomic
def _open(
    author: Member, board: Board, title: str, text: Text, tags: tuple[str, ...], now: datetime, *, imported: bool
) -> Topic:
    topic = Topic.objects.create(
        board=board,
        author=author,
        title=title,
        slug=topic_slug(title),
        language=markup.language_of(f"{title} {text.plain}"),
        tags=list(tags),
        opened_at=now,
        last_post_at=now,
        last_author=author,
    )
    post = _append(topic, author, text, now)
    _note_names(post, text, title)
    Board.objects.filter(pk=board.pk).update(topic_count=F("topic_count") + 1)
    mentioned, quoted = called(text, author, now)
    fact = TopicOpened(
        member_id=author.pk,
        topic_id=topic.pk,
        post_id=post.pk,
        board_id=board.pk,
        title=title,
        text=text.plain[: markup.FACT_TEXT],
        tags=tags,
        mentioned_ids=mentioned,
        quoted_ids=quoted,
        imported=imported,
    )
    publish(fact, now=now)
    mark_content("topic", [topic.pk])
    return topic


def write_post(
    *,
    author: Member,
    topic: Topic,
    source: str,
    now: datetime,
    parent: Post | None = None,
    kind: str = PostKind.POST,
    imported: bool = False,
) -> Post:
    """A reply. Raises Invalid, Gone for a deleted and Conflict for a closed topic."""
    text = prepare(source, imported=imported)
    with transaction.atomic():
        topic = locked(topic)
        require_reader(author, topic.board)
        if not imported:  # elsewhere it was written before the topic was closed
            require_open(topic, author)
        post = _append(topic, author, text, now, parent=parent, kind=kind)
        _note_names(post, text)
        _tell_of_reply(topic, post, text, author, now, imported=imported)
    return post


def _tell_of_reply(topic: Topic, post: Post, text: Text, author: Member, now: datetime, *, imported: bool) -> None:
    mentioned, quoted = called(text, author, now)
    fact = PostWritten(
        member_id=author.pk,
        topic_id=topic.pk,
        post_id=post.pk,
        board_id=topic.board_id,
        title=topic.title,
        text=text.plain[: markup.FACT_TEXT],
        mentioned_ids=mentioned,
        quoted_ids=quoted,
        imported=imported,
    )
    publish(fact, now=now)
    mark_content("post", [post.pk])
    announce(topic.channel, kind="post", sequence=topic.sequence, payload={"post": post.pk})


def locked(topic: Topic) -> Topic:
    """The topic, held until the transaction ends: floors are counted under this lock."""
    return Topic.objects.select_for_update(of=("self",)).select_related("board").get(pk=topic.pk)


def _append(
    topic: Topic, author: Member, text: Text, now: datetime, *, parent: Post | None = None, kind: str = PostKind.POST
) -> Post:
    topic.last_number += 1
    topic.post_count += 1
    topic.sequence += 1
    topic.last_post_at, topic.last_author = now, author
    official = author.is_staff and has_role(author, Role.SERVICE_AGENT, Role.BRAND_MANAGER)
    topic.answered_by_brand = topic.answered_by_brand or (official and topic.last_number > 1)
    topic.save(
        update_fields=[
            *("last_number", "post_count", "sequence", "last_post_at", "last_author", "answered_by_brand"),
        ]
    )
    Board.objects.filter(pk=topic.board_id).update(post_count=F("post_count") + 1, last_post_at=now)
    return Post.objects.create(
        topic=topic,
        author=author,
        number=topic.last_number,
        kind=kind,
        parent=parent,
        source=text.source,
        html=text.html,
        text=text.plain,
        written_at=now,
        official=official,
    )


def edit_post(
    *, editor: Member, post: Post, source: str, title: str | None = None, forget: bool = False, now: datetime
) -> Post:
    """A new text; the old one stays in the history, unless a moderator wants it forgotten.

    The first post's edit may change the topic's title.
    """
    require_editor(editor, post)
    return _edit(editor, post, prepare(source), title, now, forget=forget)


@transaction.atomic
def _edit(editor: Member, post: Post, text: Text, title: str | None, now: datetime, *, forget: bool) -> Post:
    topic = locked(post.topic)
    post = Post.objects.select_for_update().get(pk=post.pk)
    if post.deleted_at:
        raise Gone(_("This post was deleted."))
    old = PostRevision.objects.create(post=post, source=post.source, replaced_at=now, replaced_by=editor)
    if forget:
        remove_revision(actor=editor, revision=old, now=now)
    post.source, post.html, post.text, post.edited_at, post.edited_by = text.source, text.html, text.plain, now, editor
    post.save(update_fields=["source", "html", "text", "edited_at", "edited_by"])
    _note_names(post, text, title or "")
    topic.sequence += 1
    if title is not None and post.number == 1:
        topic.title = clean_title(title)
        topic.slug = topic_slug(topic.title)
    topic.save(update_fields=["title", "slug", "sequence"])
    fact = PostEdited(
        member_id=post.author_id,
        topic_id=topic.pk,
        post_id=post.pk,
        title=topic.title,
        text=text.plain[: markup.FACT_TEXT],
        is_first=post.number == 1,
        editor_id=editor.pk,
    )
    publish(fact, now=now)
    _mark(post)
    announce(topic.channel, kind="edit", sequence=topic.sequence, payload={"post": post.pk})
    return post


@transaction.atomic
def remove_revision(*, actor: Member, revision: PostRevision, now: datetime) -> None:
    """Take what a post said before out of its history, for good. Again changes nothing."""
    require_moderator(actor)
    old = PostRevision.objects.select_for_update().get(pk=revision.pk)
    if old.removed_at:
        return
    old.source, old.removed_at, old.removed_by = "", now, actor
    old.save(update_fields=["source", "removed_at", "removed_by"])


@transaction.atomic
def delete_post(*, actor: Member, post: Post, now: datetime) -> None:
    """The post is no longer shown; deleting the first one takes the topic with it. Again changes nothing."""
    topic = locked(post.topic)
    post = Post.objects.select_for_update().get(pk=post.pk)
    require_editor(actor, post)
    if post.deleted_at:
        return
    post.deleted_at, post.deleted_by = now, actor
    post.save(update_fields=["deleted_at", "deleted_by"])
    before = _visible(topic)
    topic.post_count -= 1
    topic.sequence += 1
    topic.deleted_at = now if post.number == 1 else topic.deleted_at
    if topic.best_answer_id == post.pk:
        topic.best_answer = None
    topic.save(update_fields=["post_count", "sequence", "deleted_at", "best_answer"])
    _count_on_board(topic, before)
    fact = PostDeleted(
        member_id=post.author_id,
        topic_id=topic.pk,
        post_id=post.pk,
        is_first=post.number == 1,
        actor_id=actor.pk,
    )
    publish(fact, now=now)
    _mark(post)
    announce(topic.channel, kind="edit", sequence=topic.sequence, payload={"post": post.pk})


@transaction.atomic
def restore_post(*, actor: Member, post: Post, now: datetime) -> None:
    """A deleted post is shown again."""
    topic = locked(post.topic)
    post = Post.objects.select_for_update().get(pk=post.pk)
    require_moderator(actor)
    if not post.deleted_at:
        return
    if not post.source:
        raise Gone(_("Nothing is left of this post: its author was erased."))
    post.deleted_at = post.deleted_by = None
    post.save(update_fields=["deleted_at", "deleted_by"])
    before = _visible(topic)
    topic.post_count += 1
    topic.sequence += 1
    topic.deleted_at = None if post.number == 1 else topic.deleted_at
    topic.save(update_fields=["post_count", "sequence", "deleted_at"])
    _count_on_board(topic, before)
    fact = PostRestored(
        member_id=post.author_id,
        topic_id=topic.pk,
        post_id=post.pk,
        title=topic.title,
        text=post.text[: markup.FACT_TEXT],
        is_first=post.number == 1,
        actor_id=actor.pk,
    )
    publish(fact, now=now)
    _mark(post)
    announce(topic.channel, kind="edit", sequence=topic.sequence, payload={"post": post.pk})


def _visible(topic: Topic) -> tuple[int, int]:
    """Topics and posts this topic adds to its board's counts: nothing while it is deleted."""
    return (0, 0) if topic.deleted_at else (1, topic.post_count)


def _count_on_board(topic: Topic, before: tuple[int, int]) -> None:
    topics, posts = (now - then for now, then in zip(_visible(topic), before, strict=True))
    counted = {"post_count": F("post_count") + posts, "topic_count": F("topic_count") + topics}
    Board.objects.filter(pk=topic.board_id).update(**counted)


def _mark(post: Post) -> None:
    if post.number == 1:
        mark_content("topic", [post.topic_id])
    else:
        mark_content("post", [post.pk])


@transaction.atomic
def react(*, member: Member, post: Post, kind: str, now: datetime) -> bool:
    """A reaction, or its withdrawal when it was there. Returns whether it is there now."""
    topic = locked(post.topic)
    require_reader(member, topic.board)
    if kind not in Kind.values:
        raise Invalid(_("There is no such reaction."))
    if topic.deleted_at or Post.objects.filter(pk=post.pk).exclude(deleted_at=None).exists():
        raise Gone(_("This post was deleted."))
    if post.author_id == member.pk:
        raise NotAllowed(_("This is your own post."))
    _row, created = Reaction.objects.get_or_create(post=post, member=member, kind=kind, defaults={"at": now})
    if not created:
        Reaction.objects.filter(post=post, member=member, kind=kind).delete()
    change = 1 if created else -1
    Post.objects.filter(pk=post.pk).update(**{f"{kind}_count": F(f"{kind}_count") + change})
    useful = F("useful_count") + (change if kind == Kind.USEFUL else 0)
    Topic.objects.filter(pk=topic.pk).update(sequence=F("sequence") + 1, useful_count=useful)
    fact_type = PostReacted if created else ReactionWithdrawn
    fact = fact_type(member_id=member.pk, topic_id=topic.pk, post_id=post.pk, author_id=post.author_id, reaction=kind)
    publish(fact, now=now)
    announce(topic.channel, kind="reaction", sequence=topic.sequence + 1, payload={"post": post.pk})
    return created


@transaction.atomic
def choose_best_answer(*, member: Member, post: Post, now: datetime, imported: bool = False) -> bool:
    """Mark a reply as the best answer, or take the mark off. Returns whether it is marked now."""
    topic = locked(post.topic)
    if topic.author_id != member.pk and not has_role(member, Role.MODERATOR, Role.SERVICE_AGENT):
        raise NotAllowed(_("The one who asked marks the best answer."))
    post.refresh_from_db(fields=["deleted_at"])
    if post.number == 1 or post.deleted_at:
        raise Invalid(_("Only a reply can be the best answer."))
    chosen = topic.best_answer_id != post.pk
    topic.best_answer = post if chosen else None
    topic.sequence += 1
    topic.save(update_fields=["best_answer", "sequence"])
    fact_type = BestAnswerChosen if chosen else BestAnswerCleared
    fact = fact_type(
        member_id=member.pk, topic_id=topic.pk, post_id=post.pk, author_id=post.author_id, imported=imported
    )
    publish(fact, now=now)
    announce(topic.channel, kind="best", sequence=topic.sequence, payload={"post": post.pk})
    return chosen


@transaction.atomic
def set_closed(*, actor: Member, topic: Topic, closed: bool, now: datetime) -> None:
    """No more replies, or replies again. Again changes nothing."""
    require_moderator(actor)
    topic = locked(topic)
    if topic.closed == closed:
        return
    topic.closed = closed
    topic.sequence += 1
    topic.save(update_fields=["closed", "sequence"])
    fact_type = TopicClosed if closed else TopicReopened
    publish(fact_type(member_id=actor.pk, topic_id=topic.pk, author_id=topic.author_id), now=now)


@transaction.atomic
def set_pinned(*, actor: Member, topic: Topic, pinned: bool, now: datetime) -> None:
    """Keep a topic on top of its board, or no longer. Again changes nothing."""
    require_moderator(actor)
    topic = locked(topic)
    if topic.pinned == pinned:
        return
    topic.pinned = pinned
    topic.save(update_fields=["pinned"])
    fact_type = TopicPinned if pinned else TopicUnpinned
    publish(fact_type(member_id=actor.pk, topic_id=topic.pk, author_id=topic.author_id), now=now)


def store_picture(*, member: Member, file: Any, now: datetime) -> Upload:
    """A picture for a post, written anew. Raises Invalid for what is none, and Busy."""
    content = reencode(file)  # takes a while: nobody waits for a row meanwhile
    upload = Upload(member=member, at=now)
    upload.file.save(f"{secrets.token_urlsafe(12)}.webp", content, save=False)
    upload.save()
    return upload


def require_reader(member: Member, board: Board) -> None:
    """Raise NotAllowed for a board the member may not read."""
    if board.readers not in readers_of(member):
        raise NotAllowed(_("This board is not open to you."))


def require_open(topic: Topic, author: Member) -> None:
    """Raise Gone for a deleted topic and Conflict for a closed one; moderators may still reply."""
    if topic.deleted_at:
        raise Gone(_("This topic was deleted."))
    if topic.closed and not has_role(author, Role.MODERATOR):
        raise Conflict(_("This topic is closed."))


def require_editor(member: Member, post: Post) -> None:
    """Raise NotAllowed for somebody who is neither the author nor a moderator."""
    if post.author_id != member.pk:
        require_moderator(member)


def require_moderator(member: Member) -> None:
    """Raise NotAllowed for somebody who is no moderator."""
    if not has_role(member, Role.MODERATOR):
        raise NotAllowed(_("Your role does not allow this."))


@transaction.atomic
def ensure_board(
    slug: str,
    *,
    title_en: str,
    title_zh: str,
    about_en: str = "",
    about_zh: str = "",
    club_slug: str = "",
    readers: str = "public",
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
