"""What others say of a post by a press: reactions and the best answer."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from community.inbox.api import announce
from community.kernel.api import Invalid, NotAllowed, publish
from community.members.api import Member, Role, has_role
from forums.enums import ReactionKind
from forums.facts import (
    BestAnswerChosen,
    BestAnswerCleared,
    PostReacted,
    ReactionWithdrawn,
)
from forums.gone import gone_post, gone_topic
from forums.models import Post, Reaction, Topic
from forums.services.held import lock_topic
from forums.services.rights import require_reader


@transaction.atomic
def react(*, member: Member, post: Post, kind: str, on: bool = True, now: datetime) -> bool:
    """A reaction, or its withdrawal. Again changes nothing. Returns whether something changed.

    Raises NotAllowed for one's own post and in a board one may not read, Gone for what was deleted, and Invalid for a
    reaction there is not.
    """
    topic = lock_topic(post.topic)
    require_reader(member, topic.board)
    if kind not in ReactionKind.values:
        raise Invalid(_("There is no such reaction."))
    post.refresh_from_db(fields=["deleted_at", "deleted_by"])
    if topic.deleted_at or post.deleted_at:
        raise gone_topic(topic) if topic.deleted_at else gone_post(post)
    if post.author_id == member.pk:
        raise NotAllowed(_("This is your own post."))
    if on:
        changed = Reaction.objects.get_or_create(post=post, member=member, kind=kind, defaults={"at": now})[1]
    else:
        changed = bool(Reaction.objects.filter(post=post, member=member, kind=kind).delete()[0])
    if not changed:
        return False
    change = 1 if on else -1
    Post.objects.filter(pk=post.pk).update(**{f"{kind}_count": F(f"{kind}_count") + change})
    useful = F("useful_count") + (change if kind == ReactionKind.USEFUL else 0)
    Topic.objects.filter(pk=topic.pk).update(sequence=F("sequence") + 1, useful_count=useful)
    fact_type = PostReacted if on else ReactionWithdrawn
    fact = fact_type(member_id=member.pk, topic_id=topic.pk, post_id=post.pk, author_id=post.author_id, reaction=kind)
    publish(fact, now=now)
    announce(topic.channel, kind="reaction", sequence=topic.sequence + 1, payload={"post": post.pk})
    return True


@transaction.atomic
def choose_best_answer(
    *, member: Member, post: Post, chosen: bool = True, now: datetime, imported: bool = False
) -> bool:
    """Mark a reply as the best answer, or take the mark off. Again changes nothing, and returns False.

    Raises NotAllowed for who did not ask or may not read the board, Gone for what was deleted, and Invalid for what is
    no reply. What is imported was marked elsewhere, before the topic was deleted here.
    """
    topic = lock_topic(post.topic)
    require_reader(member, topic.board)
    if topic.author_id != member.pk and not has_role(member, Role.MODERATOR, Role.SERVICE_AGENT):
        raise NotAllowed(_("The one who asked marks the best answer."))
    if topic.deleted_at and not imported:
        raise gone_topic(topic)
    post.refresh_from_db(fields=["deleted_at", "deleted_by"])
    if post.number == 1:
        raise Invalid(_("Only a reply can be the best answer."))
    if post.deleted_at:
        raise gone_post(post)
    if chosen == (topic.best_answer_id == post.pk):
        return False
    topic.best_answer = post if chosen else None
    topic.sequence += 1
    topic.save(update_fields=["best_answer", "sequence"])
    fact_type = BestAnswerChosen if chosen else BestAnswerCleared
    fact = fact_type(
        member_id=member.pk, topic_id=topic.pk, post_id=post.pk, author_id=post.author_id, imported=imported
    )
    publish(fact, now=now)
    announce(topic.channel, kind="best", sequence=topic.sequence, payload={"post": post.pk})
    return True
