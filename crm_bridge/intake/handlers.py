"""From facts to signals: what each act says about a member, kept only while they permit a profile.

Facts of a member come in order, a batch at a time. Of acts before the permission neither a signal nor the day is
ever written; with the permission only what members state about themselves (keywords, cars, clubs) counts from the day
of the yes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from clubs.facts import ClubJoined, ClubLeft
from community.consent.api import Purpose, profiling_since_many
from community.consent.facts import ContactPaused, PermissionGranted, PermissionWithdrawn
from community.kernel.api import Delivery, Fact, facts_before
from community.members.api import declared_keywords, garage_models
from community.members.facts import GarageChanged, KeywordsDeclared, MemberErased, MemberJoined, SpaceChanged
from community.traces.facts import ReferrerSearched, SiteSearched
from crm_bridge.facts import InterestAdded, InterestCorrected, InterestMuted, InterestRemoved, InterestUnmuted
from crm_bridge.keywords.proposals import Sighting, record_sightings
from crm_bridge.keywords.unknown import unknown_words
from crm_bridge.keywords.vocabulary import Vocabulary, vocabulary
from crm_bridge.models import ActiveDay, Belonging, InterestControl, Profile, Signal, TermSighting
from forums.facts import PostDeleted, PostEdited, PostReacted, PostRedacted, PostRestored, PostWritten, TopicOpened
from ideas.facts import IdeaEdited, IdeaSubmitted, IdeaVoted, IdeaWithdrawn, VoteWithdrawn

TERM_LENGTH = 40
DERIVED: tuple[Any, ...] = (Signal, InterestControl, ActiveDay, Belonging, Profile, TermSighting)


@dataclass
class Batch:
    """What a batch of facts adds, written at once at the end of it."""

    since: dict[int, datetime]
    words: Vocabulary
    signals: list[Signal] = field(default_factory=list)
    days: dict[tuple[int, date], tuple[int, datetime]] = field(default_factory=dict)
    sightings: list[Sighting] = field(default_factory=list)

    def permitted(self, delivery: Delivery[Any]) -> bool:
        """Whether the act may count: a permission is held, and was when it happened."""
        since = self.since.get(delivery.fact.member_id)
        return since is not None and delivery.occurred_at >= since

    def active(self, delivery: Delivery[Any]) -> None:
        """Count an act on its day, if it may count."""
        if not self.permitted(delivery):
            return
        key = (delivery.fact.member_id, delivery.occurred_at.date())
        acts, last = self.days.get(key, (0, delivery.occurred_at))
        self.days[key] = (acts + 1, max(last, delivery.occurred_at))

    def write(self) -> None:
        """Store what has come together."""
        Signal.objects.bulk_create(self.signals, ignore_conflicts=True)
        self.signals = []

    def drop(self, member_id: int) -> None:
        """Forget what has come together of a member."""
        self.signals = [signal for signal in self.signals if signal.member_id != member_id]
        self.sightings = [sighting for sighting in self.sightings if sighting.member_id != member_id]
        self.days = {key: acts for key, acts in self.days.items() if key[0] != member_id}

    def finish(self) -> None:
        """Store everything."""
        self.write()
        _add_days(self.days)
        record_sightings(self.sightings)


Taker = Callable[[Batch, Delivery[Any]], None]
_TAKERS: dict[type[Fact], Taker] = {}


def takes(*fact_types: type[Fact]) -> Callable[[Taker], Taker]:
    """Register what is learnt from a kind of fact."""

    def register(taker: Taker) -> Taker:
        for fact_type in fact_types:
            _TAKERS[fact_type] = taker
        return taker

    return register


def take_in(deliveries: Sequence[Delivery[Any]]) -> set[int]:
    """Learn from facts, in their order. Returns whose profiles change."""
    members = {delivery.fact.member_id for delivery in deliveries}
    batch = Batch(profiling_since_many(members), vocabulary())
    for delivery in deliveries:
        _TAKERS[type(delivery.fact)](batch, delivery)
    batch.finish()
    return members


def wipe(member_ids: Iterable[int]) -> None:
    """Forget everything derived about members."""
    ids = list(member_ids)
    for model in DERIVED:
        model.objects.filter(member_id__in=ids).delete()


def _add_days(days: dict[tuple[int, date], tuple[int, datetime]]) -> None:
    if not days:
        return
    members, dates = {key[0] for key in days}, {key[1] for key in days}
    columns = ("member_id", "day", "acts", "last_at")
    for member_id, day, acts, last in ActiveDay.objects.filter(member_id__in=members, day__in=dates).values_list(
        *columns
    ):
        if (member_id, day) in days:
            more, latest = days[member_id, day]
            days[member_id, day] = (acts + more, max(last, latest))
    ActiveDay.objects.bulk_create(
        [ActiveDay(member_id=pk, day=day, acts=acts, last_at=last) for (pk, day), (acts, last) in days.items()],
        update_conflicts=True,
        unique_fields=["member_id", "day"],
        update_fields=["acts", "last_at"],
    )


def _learn(
    batch: Batch,
    delivery: Delivery[Any],
    source: str,
    source_id: object,
    title: str,
    *texts: str,
    words: Iterable[str] = (),
) -> None:
    """One signal a keyword the texts are about. Each of the words stands alone: 大众 is a brand, not the public."""
    if not batch.permitted(delivery):
        return
    counts = batch.words.capture("\n".join([*texts, *words]))
    for word in words:
        keyword = batch.words.find(word)
        if keyword and keyword.code not in counts:
            counts[keyword.code] = 1
    for code, count in counts.items():
        _signal(batch, delivery, code, source, source_id, title, count=min(count, 1000))


def _signal(
    batch: Batch, delivery: Delivery[Any], code: str, source: str, source_id: object, title: str, *, count: int = 1
) -> None:
    batch.signals.append(
        Signal(
            member_id=delivery.fact.member_id,
            keyword=code,
            source=source,
            source_id=str(source_id)[:60],
            title=title[:200],
            count=count,
            at=delivery.occurred_at,
            event_id=delivery.event_id,
        )
    )


def _state(batch: Batch, delivery: Delivery[Any], source: str, words: Iterable[str]) -> None:
    """Replace what a member says of themselves: whole terms first, then what they contain."""
    batch.write()
    Signal.objects.filter(member_id=delivery.fact.member_id, source=source).delete()
    if not batch.permitted(delivery):
        return
    codes: dict[str, str] = {}
    for word in words:
        whole = batch.words.find(word)
        found = [whole.code] if whole else list(batch.words.capture(word))
        for code in found:
            codes.setdefault(code, word)
        if not found:
            _sight(batch, delivery, source, word)
    for code, word in codes.items():
        _signal(batch, delivery, code, source, source, word)


def _sight(batch: Batch, delivery: Delivery[Any], source: str, term: str) -> None:
    term = " ".join(term.lower().split())
    if term and len(term) <= TERM_LENGTH:
        batch.sightings.append(Sighting(term, delivery.fact.member_id, source, delivery.occurred_at))


def _wonder(batch: Batch, delivery: Delivery[Any], source: str, *texts: str) -> None:
    """Note words nobody knows yet."""
    if batch.permitted(delivery):
        for word in unknown_words("\n".join(texts), batch.words):
            batch.sightings.append(Sighting(word, delivery.fact.member_id, source, delivery.occurred_at))


def _forget(batch: Batch, delivery: Delivery[Any], sources: Sequence[str], source_id: object) -> datetime | None:
    """Delete the signals of one act. Returns when it was, where it had left any."""
    batch.write()
    rows = Signal.objects.filter(
        member_id=delivery.fact.member_id, source__in=list(sources), source_id=str(source_id)[:60]
    )
    first = rows.order_by("at").values_list("at", flat=True).first()
    rows.delete()
    return first


@takes(TopicOpened)
def _topic(batch: Batch, delivery: Delivery[TopicOpened]) -> None:
    fact = delivery.fact
    batch.active(delivery)
    _learn(batch, delivery, "topic", fact.post_id, fact.title, fact.title, fact.text, " \n".join(fact.tags))
    _wonder(batch, delivery, "topic", fact.title, fact.text, " \n".join(fact.tags))


@takes(PostWritten)
def _post(batch: Batch, delivery: Delivery[PostWritten]) -> None:
    batch.active(delivery)
    _learn(batch, delivery, "post", delivery.fact.post_id, delivery.fact.title, delivery.fact.text)
    _wonder(batch, delivery, "post", delivery.fact.text)


@takes(PostEdited, PostRestored)
def _rewritten(batch: Batch, delivery: Delivery[PostEdited | PostRestored]) -> None:
    fact = delivery.fact
    first = _forget(batch, delivery, ("topic", "post"), fact.post_id)
    source = "topic" if fact.is_first else "post"
    texts = (fact.title, fact.text) if fact.is_first else (fact.text,)
    kept = Delivery(delivery.event_id, fact, first or delivery.occurred_at)
    _learn(batch, kept, source, fact.post_id, fact.title, *texts)
    _wonder(batch, kept, source, *texts)


@takes(PostDeleted)
def _post_gone(batch: Batch, delivery: Delivery[PostDeleted]) -> None:
    _forget(batch, delivery, ("topic", "post"), delivery.fact.post_id)


@takes(PostRedacted)
def _redacted(batch: Batch, delivery: Delivery[PostRedacted]) -> None:
    """What a post says without an erased member's name; what taught nothing when it was written teaches nothing now."""
    fact = delivery.fact
    first = _forget(batch, delivery, ("topic", "post"), fact.post_id)
    if first is None:
        return
    texts = (fact.title, fact.text) if fact.is_first else (fact.text,)
    kept = Delivery(delivery.event_id, fact, first)
    _learn(batch, kept, "topic" if fact.is_first else "post", fact.post_id, fact.title, *texts)


@takes(PostReacted, MemberJoined, SpaceChanged, ContactPaused)
def _seen(batch: Batch, delivery: Delivery[Any]) -> None:
    if isinstance(delivery.fact, PostReacted):
        batch.active(delivery)


@takes(IdeaSubmitted)
def _idea(batch: Batch, delivery: Delivery[IdeaSubmitted]) -> None:
    batch.active(delivery)
    _learn(batch, delivery, "idea", delivery.fact.idea_id, delivery.fact.title, delivery.fact.title, delivery.fact.text)
    _wonder(batch, delivery, "idea", delivery.fact.title, delivery.fact.text)


@takes(IdeaEdited)
def _idea_rewritten(batch: Batch, delivery: Delivery[IdeaEdited]) -> None:
    fact = delivery.fact
    first = _forget(batch, delivery, ("idea",), fact.idea_id)
    kept = Delivery(delivery.event_id, fact, first or delivery.occurred_at)
    _learn(batch, kept, "idea", fact.idea_id, fact.title, fact.title, fact.text)
    _wonder(batch, kept, "idea", fact.title, fact.text)


@takes(IdeaWithdrawn)
def _idea_gone(batch: Batch, delivery: Delivery[IdeaWithdrawn]) -> None:
    _forget(batch, delivery, ("idea",), delivery.fact.idea_id)


@takes(IdeaVoted)
def _vote(batch: Batch, delivery: Delivery[IdeaVoted]) -> None:
    fact = delivery.fact
    batch.active(delivery)
    if fact.moved_from_id:
        _forget(batch, delivery, ("vote",), fact.moved_from_id)
    _learn(batch, delivery, "vote", fact.idea_id, fact.title, fact.title, fact.text)


@takes(VoteWithdrawn)
def _vote_gone(batch: Batch, delivery: Delivery[VoteWithdrawn]) -> None:
    _forget(batch, delivery, ("vote",), delivery.fact.idea_id)


@takes(ClubJoined)
def _club(batch: Batch, delivery: Delivery[ClubJoined]) -> None:
    fact = delivery.fact
    batch.active(delivery)
    Belonging.objects.get_or_create(member_id=fact.member_id, club=fact.slug)
    _learn_club(batch, delivery)


def _learn_club(batch: Batch, delivery: Delivery[ClubJoined]) -> None:
    fact = delivery.fact
    _learn(batch, delivery, "club", fact.slug, fact.title, fact.title, words=fact.keywords)


@takes(ClubLeft)
def _club_left(batch: Batch, delivery: Delivery[ClubLeft]) -> None:
    Belonging.objects.filter(member_id=delivery.fact.member_id, club=delivery.fact.slug).delete()
    _forget(batch, delivery, ("club",), delivery.fact.slug)


@takes(SiteSearched)
def _search(batch: Batch, delivery: Delivery[SiteSearched]) -> None:
    batch.active(delivery)
    _words(batch, delivery, "search", delivery.fact.words)


@takes(ReferrerSearched)
def _referrer(batch: Batch, delivery: Delivery[ReferrerSearched]) -> None:
    _words(batch, delivery, "referrer", delivery.fact.words)


def _words(batch: Batch, delivery: Delivery[Any], source: str, words: str) -> None:
    if not batch.permitted(delivery):
        return
    before, whole = len(batch.signals), batch.words.find(words)
    _learn(batch, delivery, source, delivery.event_id, words, words)
    if len(batch.signals) > before:
        return
    if whole:  # a word that is a keyword only where nothing else is said, like the name of one in short
        _signal(batch, delivery, whole.code, source, delivery.event_id, words)
    else:
        _sight(batch, delivery, source, words)


@takes(KeywordsDeclared)
def _declared(batch: Batch, delivery: Delivery[KeywordsDeclared]) -> None:
    _state(batch, delivery, "declared", delivery.fact.keywords)


@takes(GarageChanged)
def _garage(batch: Batch, delivery: Delivery[GarageChanged]) -> None:
    _state(batch, delivery, "garage", delivery.fact.models)


@takes(PermissionGranted)
def _granted(batch: Batch, delivery: Delivery[PermissionGranted]) -> None:
    """From the day of the yes; what members state about themselves holds as it stands."""
    member_id = delivery.fact.member_id
    if delivery.fact.purpose != Purpose.PROFILING or not batch.permitted(delivery):
        return
    earlier = list(facts_before(delivery, LEARNT_FROM))
    reached = {type(each.fact) for each in earlier if batch.permitted(each)}
    if reached & ACTS:
        _take_anew(batch, member_id, earlier)
    if KeywordsDeclared not in reached:
        _state(batch, delivery, "declared", declared_keywords([member_id]).get(member_id, []))
    if GarageChanged not in reached:
        _state(batch, delivery, "garage", garage_models([member_id]).get(member_id, []))
    for joined in _clubs_after(earlier):
        _learn_club(batch, Delivery(joined.event_id, joined.fact, delivery.occurred_at))


def _take_anew(batch: Batch, member_id: int, earlier: Iterable[Delivery[Any]]) -> None:
    """A yes that is dated back reaches acts that were handled before it was said: learn from all of them once more."""
    batch.drop(member_id)
    wipe([member_id])
    for each in earlier:
        _TAKERS[type(each.fact)](batch, each)


def _clubs_after(earlier: Iterable[Delivery[Any]]) -> list[Delivery[ClubJoined]]:
    """The clubs a member is in after these facts."""
    joined: dict[str, Delivery[ClubJoined]] = {}
    for each in earlier:
        if isinstance(each.fact, ClubJoined):
            joined[each.fact.slug] = each
        elif isinstance(each.fact, ClubLeft):
            joined.pop(each.fact.slug, None)
    return list(joined.values())


@takes(PermissionWithdrawn)
def _withdrawn(batch: Batch, delivery: Delivery[PermissionWithdrawn]) -> None:
    """Nothing stays but what was muted, so that it never returns by itself."""
    if delivery.fact.purpose != Purpose.PROFILING:
        return
    member_id = delivery.fact.member_id
    batch.drop(member_id)
    for model in (Signal, ActiveDay, TermSighting):
        model._default_manager.filter(member_id=member_id).delete()  # noqa: SLF001 - Django's name
    controls = InterestControl.objects.filter(member_id=member_id)
    controls.filter(muted=False).delete()
    controls.update(weight=None, added_at=None, removed_at=None)


@takes(MemberErased)
def _erased(batch: Batch, delivery: Delivery[MemberErased]) -> None:
    member_id = delivery.fact.member_id
    batch.drop(member_id)
    wipe([member_id])


def _control(delivery: Delivery[Any], **values: Any) -> None:
    InterestControl.objects.update_or_create(
        member_id=delivery.fact.member_id, keyword=delivery.fact.keyword, defaults=values
    )


@takes(InterestMuted)
def _muted(batch: Batch, delivery: Delivery[InterestMuted]) -> None:
    _control(delivery, muted=True)


@takes(InterestUnmuted)
def _unmuted(batch: Batch, delivery: Delivery[InterestUnmuted]) -> None:
    _control(delivery, muted=False)


@takes(InterestCorrected)
def _corrected(batch: Batch, delivery: Delivery[InterestCorrected]) -> None:
    if batch.permitted(delivery):
        _control(delivery, weight=delivery.fact.weight)


@takes(InterestAdded)
def _added(batch: Batch, delivery: Delivery[InterestAdded]) -> None:
    if batch.permitted(delivery):
        _control(delivery, added_at=delivery.occurred_at, muted=False)


@takes(InterestRemoved)
def _removed(batch: Batch, delivery: Delivery[InterestRemoved]) -> None:
    """What led to it goes; what comes after may bring it back."""
    batch.write()
    fact = delivery.fact
    Signal.objects.filter(member_id=fact.member_id, keyword=fact.keyword, at__lte=delivery.occurred_at).delete()
    _control(delivery, weight=None, added_at=None, removed_at=delivery.occurred_at)


LEARNT_FROM = tuple(_TAKERS)
# What leaves something to know, if it happened under the permission.
ACTS = frozenset(LEARNT_FROM) - {PermissionGranted, PermissionWithdrawn, MemberJoined, SpaceChanged, ContactPaused}
