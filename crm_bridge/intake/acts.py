"""What is learnt from what members do."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clubs.facts import ClubJoined, ClubLeft
from community.consent.facts import ContactPaused
from community.kernel.api import Delivery
from community.members.facts import MemberJoined, SpaceChanged
from community.traces.facts import ReferrerSearched, SiteSearched
from crm_bridge.intake.batch import Batch, handles_fact
from crm_bridge.intake.signals import (
    delete_signals,
    record_signal,
    record_signals,
    record_unknown_term,
    record_unknown_words,
    retitle_signals,
)
from crm_bridge.models import Belonging
from forums.facts import (
    PostDeleted,
    PostEdited,
    PostReacted,
    PostRedacted,
    PostRestored,
    PostWritten,
    RepliesRetitled,
    TopicOpened,
)
from ideas.facts import IdeaEdited, IdeaRedacted, IdeaSubmitted, IdeaVoted, IdeaWithdrawn, VoteForgotten, VoteWithdrawn


@handles_fact(TopicOpened)
def _topic(batch: Batch, delivery: Delivery[TopicOpened]) -> None:
    fact = delivery.fact
    batch.count_act(delivery)
    texts = _opening(fact)
    record_signals(batch, delivery, "topic", fact.post_id, fact.title, *texts)
    record_unknown_words(batch, delivery, "topic", *texts)


def _opening(fact: TopicOpened | PostEdited | PostRestored | PostRedacted) -> tuple[str, ...]:
    """What a topic is about: its title, its first post, its tags."""
    return fact.title, fact.text, " \n".join(fact.tags)


@handles_fact(PostWritten)
def _post(batch: Batch, delivery: Delivery[PostWritten]) -> None:
    batch.count_act(delivery)
    record_signals(batch, delivery, "post", delivery.fact.post_id, delivery.fact.title, delivery.fact.text)
    record_unknown_words(batch, delivery, "post", delivery.fact.text)


@handles_fact(PostEdited, PostRestored)
def _rewritten(batch: Batch, delivery: Delivery[PostEdited | PostRestored]) -> None:
    """A new text. Somebody else's edit is no act of the author's: what it teaches is as old as the post."""
    fact = delivery.fact
    at = delete_signals(batch, delivery, ("topic", "post"), fact.post_id)
    if at is None and fact.done_by == fact.member_id:
        at = delivery.occurred_at
    elif at is None and fact.written_at:
        at = datetime.fromisoformat(fact.written_at)
    if at is None:
        return
    source = "topic" if fact.is_first else "post"
    texts = _opening(fact) if fact.is_first else (fact.text,)
    kept = Delivery(delivery.event_id, fact, at)
    record_signals(batch, kept, source, fact.post_id, fact.title, *texts)
    record_unknown_words(batch, kept, source, *texts)


@handles_fact(PostDeleted)
def _post_gone(batch: Batch, delivery: Delivery[PostDeleted]) -> None:
    delete_signals(batch, delivery, ("topic", "post"), delivery.fact.post_id)


@handles_fact(RepliesRetitled)
def _retitled(batch: Batch, delivery: Delivery[RepliesRetitled]) -> None:
    fact = delivery.fact
    retitle_signals(batch, delivery, "post", fact.post_ids, fact.title)


@handles_fact(PostRedacted)
def _redacted(batch: Batch, delivery: Delivery[PostRedacted]) -> None:
    """What a post says without an erased member's name; what taught nothing when it was written teaches nothing now."""
    fact = delivery.fact
    first = delete_signals(batch, delivery, ("topic", "post"), fact.post_id)
    if first is None:
        return
    texts = _opening(fact) if fact.is_first else (fact.text,)
    kept = Delivery(delivery.event_id, fact, first)
    record_signals(batch, kept, "topic" if fact.is_first else "post", fact.post_id, fact.title, *texts)


@handles_fact(PostReacted, MemberJoined, SpaceChanged, ContactPaused)
def _seen(batch: Batch, delivery: Delivery[Any]) -> None:
    if isinstance(delivery.fact, PostReacted):
        batch.count_act(delivery)


@handles_fact(IdeaSubmitted)
def _idea(batch: Batch, delivery: Delivery[IdeaSubmitted]) -> None:
    batch.count_act(delivery)
    record_signals(
        batch, delivery, "idea", delivery.fact.idea_id, delivery.fact.title, delivery.fact.title, delivery.fact.text
    )
    record_unknown_words(batch, delivery, "idea", delivery.fact.title, delivery.fact.text)


@handles_fact(IdeaEdited)
def _idea_rewritten(batch: Batch, delivery: Delivery[IdeaEdited]) -> None:
    fact = delivery.fact
    first = delete_signals(batch, delivery, ("idea",), fact.idea_id)
    kept = Delivery(delivery.event_id, fact, first or delivery.occurred_at)
    record_signals(batch, kept, "idea", fact.idea_id, fact.title, fact.title, fact.text)
    record_unknown_words(batch, kept, "idea", fact.title, fact.text)


@handles_fact(IdeaRedacted)
def _idea_redacted(batch: Batch, delivery: Delivery[IdeaRedacted]) -> None:
    """What an idea says without an erased member's name; what taught nothing before teaches nothing now."""
    fact = delivery.fact
    for source in ("idea", "vote"):
        first = delete_signals(batch, delivery, (source,), fact.idea_id)
        if first is not None:
            kept = Delivery(delivery.event_id, fact, first)
            record_signals(batch, kept, source, fact.idea_id, fact.title, fact.title, fact.text)


@handles_fact(IdeaWithdrawn)
def _idea_gone(batch: Batch, delivery: Delivery[IdeaWithdrawn]) -> None:
    delete_signals(batch, delivery, ("idea",), delivery.fact.idea_id)


@handles_fact(IdeaVoted)
def _vote(batch: Batch, delivery: Delivery[IdeaVoted]) -> None:
    fact = delivery.fact
    batch.count_act(delivery)
    if fact.moved_from_id:
        delete_signals(batch, delivery, ("vote",), fact.moved_from_id)
    record_signals(batch, delivery, "vote", fact.idea_id, fact.title, fact.title, fact.text)


@handles_fact(VoteWithdrawn, VoteForgotten)
def _vote_gone(batch: Batch, delivery: Delivery[VoteWithdrawn | VoteForgotten]) -> None:
    delete_signals(batch, delivery, ("vote",), delivery.fact.idea_id)


@handles_fact(ClubJoined)
def _club(batch: Batch, delivery: Delivery[ClubJoined]) -> None:
    fact = delivery.fact
    batch.count_act(delivery)
    batch.belongings.append(Belonging(member_id=fact.member_id, club=fact.slug))
    learn_club(batch, delivery)


def learn_club(batch: Batch, delivery: Delivery[ClubJoined]) -> None:
    """What a club is about, from the day it counts."""
    fact = delivery.fact
    record_signals(batch, delivery, "club", fact.slug, fact.title, fact.title, words=fact.keywords)


@handles_fact(ClubLeft)
def _club_left(batch: Batch, delivery: Delivery[ClubLeft]) -> None:
    delete_signals(batch, delivery, ("club",), delivery.fact.slug)  # which writes what is pending
    Belonging.objects.filter(member_id=delivery.fact.member_id, club=delivery.fact.slug).delete()


@handles_fact(SiteSearched)
def _search(batch: Batch, delivery: Delivery[SiteSearched]) -> None:
    batch.count_act(delivery)
    _words(batch, delivery, "search", delivery.fact.words)


@handles_fact(ReferrerSearched)
def _referrer(batch: Batch, delivery: Delivery[ReferrerSearched]) -> None:
    _words(batch, delivery, "referrer", delivery.fact.words)


def _words(batch: Batch, delivery: Delivery[Any], source: str, words: str) -> None:
    if not batch.permitted(delivery):
        return
    before, whole = len(batch.signals), batch.words.find(words)
    record_signals(batch, delivery, source, delivery.event_id, words, words)
    if len(batch.signals) > before:
        return
    if whole:  # a word that is a keyword only where nothing else is said, like the name of one in short
        record_signal(batch, delivery, whole.code, source, delivery.event_id, words)
    else:
        record_unknown_term(batch, delivery, source, words)
