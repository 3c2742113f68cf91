"""Who learns of what happens in the forums, and in which words."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from community.inbox.api import Notice, notify, register_kind
from community.kernel.api import Delivery, handles_batch
from community.members.api import Member
from forums.facts import BestAnswerChosen, PostReacted, PostWritten, TopicOpened
from forums.models import Post, Topic, readers_of


@handles_batch(TopicOpened, PostWritten)
def tell_of_posts(deliveries: Sequence[Delivery[Any]]) -> None:
    """The mentioned, the quoted and the topic's author learn of a post, each once, while they may read it."""
    shown = _shown(deliveries)
    told = [(delivery, topic, _kinds(delivery.fact, topic)) for delivery, topic in shown]
    tokens = _tokens({pk for _delivery, _topic, kinds in told for pk in kinds})
    notify(
        _notice(delivery, recipient, kind, topic)
        for delivery, topic, kinds in told
        for recipient, kind in kinds.items()
        if topic.board.readers in tokens.get(recipient, ())
    )


def _shown(deliveries: Sequence[Delivery[Any]]) -> list[tuple[Delivery[Any], Topic]]:
    """What happened here and not elsewhere, of posts that are shown still, with their topics."""
    new = [delivery for delivery in deliveries if not getattr(delivery.fact, "imported", False)]
    ids = {delivery.fact.post_id for delivery in new}
    posts = Post.objects.filter(pk__in=ids, deleted_at=None, topic__deleted_at=None).select_related("topic__board")
    topics = {post.pk: post.topic for post in posts.only("topic__title", "topic__author", "topic__board__readers")}
    return [(delivery, topics[delivery.fact.post_id]) for delivery in new if delivery.fact.post_id in topics]


def _tokens(member_ids: set[int]) -> dict[int, list[str]]:
    """The reader tokens of members who are here."""
    readers = Member.objects.filter(is_active=True).in_bulk(member_ids)
    return {pk: readers_of(reader) for pk, reader in readers.items()}


def _kinds(fact: TopicOpened | PostWritten, topic: Topic) -> dict[int, str]:
    """Who is concerned by a post, and by what most of all."""
    reasons = [("mention", fact.mentioned_ids), ("quote", fact.quoted_ids), ("reply", (topic.author_id,))]
    kinds: dict[int, str] = {}
    for kind, people in reasons:
        for recipient in people:
            kinds.setdefault(recipient, kind)
    kinds.pop(fact.member_id, None)
    return kinds


def _notice(delivery: Delivery[Any], recipient: int, kind: str, topic: Topic) -> Notice:
    return Notice(
        recipient_id=recipient,
        kind=f"forums.{kind}",
        subject=f"topic:{topic.pk}",
        actor_id=delivery.fact.member_id,
        url=f"/posts/{delivery.fact.post_id}/",
        title=topic.title,
        at=delivery.occurred_at,
        event_id=delivery.event_id,
    )


@handles_batch(PostReacted, BestAnswerChosen)
def tell_authors(deliveries: Sequence[Delivery[Any]]) -> None:
    """The author learns that a post was useful or the best answer, while they may read it."""
    shown = _shown(deliveries)
    tokens = _tokens({delivery.fact.author_id for delivery, _topic in shown})
    notify(
        _notice(
            delivery,
            delivery.fact.author_id,
            "best" if isinstance(delivery.fact, BestAnswerChosen) else delivery.fact.reaction,
            topic,
        )
        for delivery, topic in shown
        if topic.board.readers in tokens.get(delivery.fact.author_id, ())
    )


register_kind(
    "forums.reply",
    gettext_lazy("Replies to your topics"),
    gettext_lazy("You asked this"),
    lambda told: (
        ngettext("%(who)s replied in “%(title)s”", "%(who)s wrote %(count)s replies in “%(title)s”", told.count)
        % vars(told)
    ),
)
register_kind(
    "forums.mention",
    gettext_lazy("Mentions"),
    gettext_lazy("You were mentioned"),
    lambda told: _("%(who)s mentioned you in “%(title)s”") % vars(told),
)
register_kind(
    "forums.quote",
    gettext_lazy("Quotes"),
    gettext_lazy("You were quoted"),
    lambda told: _("%(who)s quoted you in “%(title)s”") % vars(told),
)
register_kind(
    "forums.useful",
    gettext_lazy("Reactions"),
    gettext_lazy("You wrote this"),
    lambda told: _("%(who)s found your post in “%(title)s” useful") % vars(told),
)
register_kind(
    "forums.same",
    gettext_lazy("Same here"),
    gettext_lazy("You asked this"),
    lambda told: (
        ngettext(
            "%(who)s has the same question: “%(title)s”", "%(who)s have the same question: “%(title)s”", told.actors
        )
        % vars(told)
    ),
)
register_kind(
    "forums.best",
    gettext_lazy("Best answers"),
    gettext_lazy("You wrote this"),
    lambda told: _("Your post is the best answer in “%(title)s”") % vars(told),
)
