"""What members do to their own profile. The change holds at once; its fact keeps it through every rebuild."""

from __future__ import annotations

import math
from collections.abc import Iterable
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from community.consent.api import VERSION, grant, may_profile, pause, require_wording, withdraw
from community.kernel.api import Delivery, Fact, Invalid, NotAllowed, facts_of, lock_members, one_line, publish
from community.members.api import Member
from crm_bridge.facts import InterestAdded, InterestCorrected, InterestMuted, InterestRemoved, InterestUnmuted
from crm_bridge.intake.handlers import apply_facts
from crm_bridge.keywords.vocabulary import find, nearest
from crm_bridge.models import InterestControl, Keyword
from crm_bridge.profiles.projector import compute
from crm_bridge.profiles.queries import profile_of
from crm_bridge.profiles.weights import in_steps

LEAST_WEIGHT, MOST_WEIGHT = 0.1, 10.0
LONGEST_PAUSE = timedelta(days=730)
LONGEST_TERM = 60
SUGGESTIONS = 3
SOURCE = "mirror"


class UnknownTerm(Invalid):
    """The vocabulary has no such term; ``suggestions`` are the nearest ones it has."""

    def __init__(self, suggestions: list[str]) -> None:
        known = _("We have no word for that yet. Did you mean one of these?")
        message = known if suggestions else _("We have no word for that yet. Try a more general one.")
        super().__init__(message, field="term")
        self.suggestions = suggestions


@transaction.atomic
def mute(*, member: Member, keyword: str, now: datetime) -> None:
    """Mute an interest: it never returns by itself. Again changes nothing.

    Raises Invalid for one that is not on the list.
    """
    lock_members([member.pk])  # another page of theirs may do the same at this moment
    _require_listed(member, keyword)
    if not _is_muted(member, keyword):
        _act(InterestMuted(member_id=member.pk, keyword=keyword), now)


@transaction.atomic
def unmute(*, member: Member, keyword: str, now: datetime) -> None:
    """Lift a mute, also without the profiling permission. Again changes nothing.

    Raises Invalid for what is not on the list.
    """
    lock_members([member.pk])  # another page of theirs may do the same at this moment
    try:
        _require_listed(member, keyword)
    except Invalid:
        if _unmuted_before(member, keyword):
            return
        raise
    if _is_muted(member, keyword):
        _act(InterestUnmuted(member_id=member.pk, keyword=keyword), now)


@transaction.atomic
def correct(*, member: Member, keyword: str, weight: float, now: datetime) -> None:
    """Set the weight of an interest. Raises Invalid outside 0.1 to 10, NotAllowed without the permission."""
    _require_permitted(member)
    _require_listed(member, keyword)
    if not math.isfinite(weight) or not LEAST_WEIGHT <= weight <= MOST_WEIGHT:
        raise Invalid(_("A weight lies between 0.1 and 10. For none at all, remove or mute it."), field="weight")
    _act(InterestCorrected(member_id=member.pk, keyword=keyword, weight=in_steps(weight)), now)


@transaction.atomic
def remove(*, member: Member, keyword: str, now: datetime) -> None:
    """Delete an interest and what led to it; later acts may bring it back. Raises Invalid, NotAllowed."""
    _require_permitted(member)
    _require_listed(member, keyword)
    _act(InterestRemoved(member_id=member.pk, keyword=keyword), now)


@transaction.atomic
def add(*, member: Member, term: str, now: datetime) -> Keyword:
    """Add an interest by any word the vocabulary knows, which lifts its mute.

    Raises Invalid with the nearest words, NotAllowed.
    """
    _require_permitted(member)
    keyword = known_keyword(term)
    if _is_muted(member, keyword.code):
        _act(InterestUnmuted(member_id=member.pk, keyword=keyword.code), now)  # which a withdrawal leaves
    _act(InterestAdded(member_id=member.pk, keyword=keyword.code), now)
    return keyword


def known_keyword(term: str) -> Keyword:
    """The keyword a term stands for. Raises Invalid, with the nearest words there are."""
    term = one_line(term)
    if not term:
        raise Invalid(_("Write what we missed."), field="term")
    keyword = find(term) if len(term) <= LONGEST_TERM else None
    if keyword:
        return keyword
    raise UnknownTerm(nearest(term, SUGGESTIONS, codes=False) if len(term) <= LONGEST_TERM else [])


def switch(*, member: Member, shown: Iterable[str], wanted: Iterable[str], wording: str, now: datetime) -> int:
    """Change only what was switched between ``shown`` and ``wanted``, as ``purpose:channel``. Returns how many.

    What another page changed meanwhile stays. Raises Invalid for a pair that is not offered; then nothing changes.
    Raises WordedAnew for a yes to another wording than today's; what was taken back at the same time is.
    """
    before, after = set(shown), set(wanted)
    with transaction.atomic():
        lock_members([member.pk])  # another page of theirs may do the same at this moment, in another order
        for pair in sorted(before - after):
            purpose, channel = _parts(pair)
            withdraw(member_id=member.pk, purpose=purpose, channel=channel, source=SOURCE, now=now)
        for pair in sorted(after - before) if wording == VERSION else ():
            purpose, channel = _parts(pair)
            grant(member_id=member.pk, purpose=purpose, channel=channel, text_version=wording, source=SOURCE, now=now)
    if after - before:
        require_wording(wording)
    return len(before ^ after)


def _parts(pair: str) -> tuple[str, str]:
    purpose, _sign, channel = pair.partition(":")
    return purpose, channel


def pause_contact(*, member: Member, until: date | None, now: datetime) -> None:
    """No contact before that day begins; None ends the pause. Raises Invalid for the past and for over two years."""
    if until is None:
        pause(member_id=member.pk, until=None, now=now)
        return
    today = timezone.localtime(now).date()
    if until <= today:
        raise Invalid(_("Choose a day after today."), field="until")
    if until > today + LONGEST_PAUSE:
        raise Invalid(_("Two years at most. To end contact for good, switch permissions off."), field="until")
    pause(member_id=member.pk, until=timezone.make_aware(datetime.combine(until, time())), now=now)


def _require_permitted(member: Member) -> None:
    lock_members([member.pk])  # a withdrawal or a mute of the same moment is there, or comes after
    if not may_profile(member.pk):
        raise NotAllowed(_("Without your permission we keep no interests."))


def _require_listed(member: Member, keyword: str) -> None:
    if "\0" in keyword:  # PostgreSQL would not even look for it
        raise Invalid(_("This interest is not on your list."), field="keyword")
    profile = profile_of(member.pk)
    listed = profile is not None and any(entry["keyword"] == keyword for entry in profile.interests)
    if not listed and not InterestControl.objects.filter(member_id=member.pk, keyword=keyword).exists():
        raise Invalid(_("This interest is not on your list."), field="keyword")


def _is_muted(member: Member, keyword: str) -> bool:
    return InterestControl.objects.filter(member_id=member.pk, keyword=keyword, muted=True).exists()


def _unmuted_before(member: Member, keyword: str) -> bool:
    """Whether a mute was lifted before: without the permission nothing else is kept of the keyword."""
    said = (each.fact for each in facts_of(member.pk))
    return any(isinstance(fact, InterestUnmuted) and fact.keyword == keyword for fact in said)


def _act(fact: Fact, now: datetime) -> None:
    """Do now what the delivery of the fact will do again: none of these acts adds a signal, so twice is once."""
    publish(fact, now=now)
    deliveries: list[Delivery[Any]] = [Delivery(0, fact, now)]
    compute(apply_facts(deliveries), now=now)
