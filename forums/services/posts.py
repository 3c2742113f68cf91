"""Posts: replying and editing."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from community.inbox.api import announce
from community.kernel import markup
from community.kernel.api import Outdated, publish, publish_many
from community.kernel.plain import own_words
from community.members.api import Member, Role, require_role
from community.search.api import mark_content
from forums.enums import PostKind
from forums.facts import PostEdited, PostWritten
from forums.gone import gone_post, gone_topic
from forums.models import Post, PostRevision, Topic, topic_slug
from forums.picture_uses import forget_pictures, note_pictures
from forums.services.held import append, lock_topic, mark, sent_before
from forums.services.rights import require_editor, require_open, require_reader
from forums.services.texts import Text, clean_tags, clean_title, note_names, notified_ids, prepare, still_said
from forums.services.titles import forget_title, replies_retitled


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
    """A reply; sent twice within a minute it is the one that is there.

    Raises Invalid, Gone for a deleted and Conflict for a closed topic.
    """
    text = prepare(source, imported=imported)
    with transaction.atomic():
        topic = lock_topic(topic)
        require_reader(author, topic.board)
        if not imported:  # elsewhere it was written before the topic was closed
            if there := sent_before(author, text, now, topic=topic, number__gt=1, topic__deleted_at=None):
                return there
            require_open(topic, author)
        text = still_said(text, imported=imported)
        post = append(topic, author, text, now, parent=parent, kind=kind)
        note_names(post, text)
        _tell(topic, post, text, author, now, imported=imported)
    return post


def _tell(topic: Topic, post: Post, text: Text, author: Member, now: datetime, *, imported: bool) -> None:
    mentioned, quoted = notified_ids(text, author, now)
    fact = PostWritten(
        member_id=author.pk,
        topic_id=topic.pk,
        post_id=post.pk,
        board_id=topic.board_id,
        title=topic.told_title,
        text=text.told,
        mentioned_ids=mentioned,
        quoted_ids=quoted,
        imported=imported,
    )
    publish(fact, now=now)
    mark_content("post", [post.pk])
    announce(topic.channel, kind="post", sequence=topic.sequence, payload={"post": post.pk})


def edit_post(
    *,
    editor: Member,
    post: Post,
    source: str,
    title: str | None = None,
    tags: Iterable[str] | None = None,
    based_on: str | None = None,
    forget: bool = False,
    now: datetime,
) -> Post:
    """A new text; the old one stays in the history, unless a moderator wants it forgotten with its pictures.

    The first post's edit may change the topic's title and tags. Saved without a change it is no edit.

    ``based_on`` is the version the editor had before them: where the post has another one by now it raises Outdated,
    unless it is this same edit sent twice. Without it, as from a program that read nothing before, nothing is compared.
    Raises NotAllowed before anything is written, Gone for a deleted post.
    """
    require_editor(editor, post)
    if forget:
        require_role(editor, Role.MODERATOR)
    title = None if title is None or post.number > 1 else clean_title(title)
    tagged = None if tags is None or post.number > 1 else clean_tags(tags, post.topic.tags)
    return _edit(editor, post, _Change(prepare(source), title, tagged, based_on, forget), now)


@dataclass(frozen=True)
class _Change:
    """What an edit asks for; title and tags only of the first post, None where they stay."""

    text: Text
    title: str | None
    tags: tuple[str, ...] | None
    based_on: str | None
    forget: bool

    def is_none(self, post: Post) -> bool:
        """Whether the post says all this already."""
        return self._is_said(post) and not self.forget

    def is_made(self, editor: Member, post: Post) -> bool:
        """Whether the same person did just this already, by pressing twice."""
        if post.edited_by_id != editor.pk or not self._is_said(post):
            return False
        latest = PostRevision.objects.filter(post=post).first()
        forgotten = latest is None or latest.removed_at is not None
        return forgotten or not self.forget

    def _is_said(self, post: Post) -> bool:
        titled, tagged = {None, post.topic.title}, {None, tuple(post.topic.tags)}
        return post.source == self.text.source and self.title in titled and self.tags in tagged


@transaction.atomic
def _edit(editor: Member, post: Post, change: _Change, now: datetime) -> Post:
    post = _locked(post)
    change = replace(change, text=still_said(change.text))
    if _is_there(editor, post, change):
        return post
    before, title = post.source, post.topic.title
    _keep_old(editor, post, now, forget=change.forget)
    _put(editor, post, change, now)
    note_pictures(post, before=before)
    if change.forget:
        forget_pictures(post, before)
    _tell_of_edit(editor, post, now, removed=title if change.forget else post.topic.title)
    return post


def _locked(post: Post) -> Post:
    """The post as it is now, under its topic's lock. Raises Gone for a deleted one."""
    topic = lock_topic(post.topic)
    post = Post.objects.select_for_update().get(pk=post.pk)
    post.topic = topic
    if post.deleted_at:
        raise gone_topic(topic) if topic.deleted_at else gone_post(post)
    return post


def _is_there(editor: Member, post: Post, change: _Change) -> bool:
    """Whether there is nothing to do. Raises Outdated for an edit of what has changed meanwhile."""
    if change.based_on in {None, post.version}:
        return change.is_none(post)
    if change.is_made(editor, post):
        return True
    raise Outdated(_("This post was changed after you opened it, so yours was not saved. Save again to replace it."))


def _keep_old(editor: Member, post: Post, now: datetime, *, forget: bool) -> None:
    """What it says becomes history; of what is to be forgotten only that there was something."""
    old = PostRevision(post=post, source=post.source, replaced_at=now, replaced_by=editor)
    if post.number == 1:
        old.title, old.tags = post.topic.title, post.topic.tags
    old.save()
    if forget:
        _blank(old, editor, now)


def _put(editor: Member, post: Post, change: _Change, now: datetime) -> None:
    """The new text, and the title and tags of its topic that go with it."""
    text, topic = change.text, post.topic
    post.source, post.html, post.text, post.edited_at, post.edited_by = text.source, text.html, text.plain, now, editor
    post.save(update_fields=["source", "html", "text", "edited_at", "edited_by"])
    note_names(post, text, change.title or "")
    topic.sequence += 1
    if change.title is not None:
        topic.title = change.title
        topic.slug = topic_slug(topic.title)
    if change.tags is not None:
        topic.tags = list(change.tags)
    topic.save(update_fields=["title", "slug", "tags", "sequence"])


def _tell_of_edit(editor: Member, post: Post, now: datetime, *, removed: str) -> None:
    """``removed``: the title that was taken out for good; the topic's where none was."""
    topic = post.topic
    fact = PostEdited(
        member_id=post.author_id,
        topic_id=topic.pk,
        post_id=post.pk,
        title=topic.told_title,
        text=own_words(post.html)[: markup.FACT_TEXT],
        is_first=post.number == 1,
        editor_id=editor.pk,
        written_at=post.written_at.isoformat(),
        tags=topic.told_tags if post.number == 1 else (),
    )
    others = replies_retitled(topic, editor) if removed != topic.title else []
    publish_many([(one, now) for one in (fact, *others)])
    if removed != topic.title:
        forget_title(topic, removed)
    mark(post)
    announce(topic.channel, kind="edit", sequence=topic.sequence, payload={"post": post.pk})


@transaction.atomic
def remove_revision(*, actor: Member, revision: PostRevision, now: datetime) -> None:
    """Take what a post said before, with title and tags, out of its history for good. Again changes nothing.

    Its pictures go too, unless a post names them still, and the title is taken from who replied or was told of it.
    """
    require_role(actor, Role.MODERATOR)
    # Under its topic's lock: an erasure that takes a name out of old texts would write this one anew.
    topic = lock_topic(revision.post.topic)
    old = PostRevision.objects.select_for_update(of=("self",)).select_related("post").filter(pk=revision.pk).first()
    if old is None or old.removed_at:  # none: its author was erased
        return
    text, title = old.source, old.title
    _blank(old, actor, now)
    forget_pictures(old.post, text)
    if title not in {"", topic.title}:
        publish_many([(one, now) for one in replies_retitled(topic, actor)])
        forget_title(topic, title)


def _blank(old: PostRevision, actor: Member, now: datetime) -> None:
    old.title, old.tags, old.source, old.removed_at, old.removed_by = "", None, "", now, actor
    old.save(update_fields=["title", "tags", "source", "removed_at", "removed_by"])
