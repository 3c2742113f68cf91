"""Posts: deleting and bringing back, with what their topic, their board and others' posts come to then."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from community.inbox.api import announce
from community.kernel import markup
from community.kernel.api import Fact, Gone, publish_many
from community.kernel.plain import own_words
from community.members.api import Member, Role, require_role
from forums.counts import set_counts, set_shown
from forums.enums import PostKind
from forums.erasure import forget_deleted
from forums.facts import PostDeleted, PostRestored
from forums.models import Post, Topic
from forums.services.held import lock_topic, mark, recount_on_board, visible
from forums.services.rights import require_editor
from forums.services.titles import replies_retitled, retitle_notifications


@transaction.atomic
def delete_post(*, actor: Member, post: Post, now: datetime) -> None:
    """The post is no longer shown; deleting the first one takes the topic with it. Again changes nothing.

    Where the author was erased, nothing of it stays.
    """
    topic = lock_topic(post.topic)
    post = Post.objects.select_for_update().get(pk=post.pk)
    require_editor(actor, post)
    if post.deleted_at:
        return
    post.deleted_at, post.deleted_by = now, actor
    _recount(topic, post)
    fact = PostDeleted(
        member_id=post.author_id,
        topic_id=topic.pk,
        post_id=post.pk,
        is_first=post.number == 1,
        actor_id=actor.pk,
    )
    _tell(topic, post, fact, actor, now)  # which waits for an erasure of the author
    if Member.objects.filter(pk=post.author_id).exclude(erased_at=None).exists():
        forget_deleted(post, now=now)


@transaction.atomic
def restore_post(*, actor: Member, post: Post, now: datetime) -> None:
    """A deleted post is shown again. Again changes nothing."""
    topic = lock_topic(post.topic)
    post = Post.objects.select_for_update().get(pk=post.pk)
    require_role(actor, Role.MODERATOR)
    if not post.deleted_at:
        return
    if not post.source:
        raise Gone(_("Nothing is left of this post: its author was erased."))
    post.deleted_at = post.deleted_by = None
    _recount(topic, post)
    fact = PostRestored(
        member_id=post.author_id,
        topic_id=topic.pk,
        post_id=post.pk,
        title=topic.told_title,
        text=own_words(post.html)[: markup.FACT_TEXT],
        is_first=post.number == 1,
        actor_id=actor.pk,
        written_at=post.written_at.isoformat(),
        tags=topic.told_tags if post.number == 1 else (),
    )
    _tell(topic, post, fact, actor, now)


def _recount(topic: Topic, post: Post) -> None:
    """Save whether a post is shown, and what its topic, its board and the post it comments on come to by that."""
    before = visible(topic)
    post.save(update_fields=["deleted_at", "deleted_by"])
    topic.sequence += 1
    if post.number == 1:
        topic.deleted_at = post.deleted_at
    if post.deleted_at and topic.best_answer_id == post.pk:
        topic.best_answer = None
    topic.save(update_fields=["sequence", "deleted_at", "best_answer"])
    set_shown([topic.pk])
    topic.refresh_from_db(fields=["post_count"])
    recount_on_board(topic, before)
    if post.kind == PostKind.COMMENT and post.parent_id:
        set_counts([post.parent_id], ["comment_count"])


def _tell(topic: Topic, post: Post, fact: Fact, actor: Member, now: datetime) -> None:
    told = [fact, *(replies_retitled(topic, actor) if post.number == 1 else ())]
    publish_many([(one, now) for one in told])
    if post.number == 1:
        retitle_notifications(topic)
    mark(post)
    announce(topic.channel, kind="edit", sequence=topic.sequence, payload={"post": post.pk})
