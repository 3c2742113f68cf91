"""Interests with their reasons, as their member sees them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _

from crm_bridge.keywords.meanings import said_of
from crm_bridge.keywords.vocabulary import labels, vocabulary
from crm_bridge.models import InterestControl, Profile, Signal
from crm_bridge.profiles.queries import Interest, Reason, interests_of, repeated
from crm_bridge.profiles.weights import DECLARED_SOURCES, same_reason

CARED, MOST = 1.0, 8  # about as much as a reply of today; interests that choose what comes first


@dataclass(frozen=True)
class ShownReason:
    """A reason with the address of what it is about; empty where there is none. ``told``: by the member."""

    sentence: str
    at: datetime
    url: str
    told: bool


@dataclass(frozen=True)
class ShownInterest:
    """An interest with its reasons; ``count`` is how many different reasons are kept in all.

    ``for_staff``: its weight for the brand's people where that is less until the results of a vote, else None.
    """

    interest: Interest
    reasons: list[ShownReason]
    count: int
    corrected: bool
    for_staff: float | None = None

    @property
    def on_space(self) -> bool:
        """Whether the member's own space says it too, where a mute does not reach."""
        return any(reason.source in {"declared", "garage"} for reason in self.interest.reasons)

    @property
    def more(self) -> int:
        """Kept reasons that are not listed."""
        return max(0, self.count - len(self.reasons))


def cared_about(profile: Profile | None) -> list[tuple[str, tuple[str, ...], str]]:
    """What its member cares about most: the name, everything it is called, and where the mirror tells why."""
    kept = [entry for entry in profile.interests if not entry["muted"]] if profile else []
    known = vocabulary().keywords if kept else {}
    most = [known[entry["keyword"]] for entry in kept if entry["weight"] >= CARED and entry["keyword"] in known][:MOST]
    said, mirror = said_of(most) if most else {}, reverse("crm:mirror")
    return [(keyword.name, tuple(said[keyword.code]), f"{mirror}#i-{keyword.code}") for keyword in most]


def muted_among(member_id: int, words: Iterable[str]) -> list[str]:
    """The words that stand for an interest its member muted."""
    codes = set(InterestControl.objects.filter(member_id=member_id, muted=True).values_list("keyword", flat=True))
    held = vocabulary() if codes else None
    return [word for word in words if held and (keyword := held.find(word)) and keyword.code in codes]


@dataclass(frozen=True)
class Muted:
    """An interest muted by somebody of whom no profile is kept now."""

    code: str
    name: str


def interests_shown(profile: Profile | None) -> list[ShownInterest]:
    """The interests of a profile with linked reasons, the heaviest first, muted ones last."""
    if profile is None:
        return []
    signals = Signal.objects.filter(member_id=profile.pk).values_list("keyword", "source", "title")
    counts = Counter(keyword for keyword, *_same in {(row[0], *same_reason(*row[1:])) for row in signals})
    weighed = InterestControl.objects.filter(member_id=profile.pk).exclude(weight=None)
    corrected = set(weighed.values_list("keyword", flat=True))
    known = {entry["keyword"]: entry["weight"] for entry in profile.for_staff}
    found = [
        ShownInterest(
            interest,
            [_shown(reason) for reason in interest.reasons],
            counts[interest.code] + any(reason.source == "added" for reason in interest.reasons),
            interest.code in corrected,
            _less(known.get(interest.code, 0.0), interest),
        )
        for interest in interests_of(profile)
    ]
    return sorted(found, key=lambda shown: shown.interest.muted)


def _less(weight: float, interest: Interest) -> float | None:
    return None if interest.muted or weight == interest.weight else weight


def _shown(reason: Reason) -> ShownReason:
    return ShownReason(_sentence(reason), reason.at, reason_url(reason), told=reason.source in DECLARED_SOURCES)


def _sentence(reason: Reason) -> str:
    """The reason as said to the member."""
    own = {
        "declared": _("Wrote “%(title)s” among your keywords"),
        "garage": _("“%(title)s” stands in your garage"),
        "added": _("Added by you, here"),
    }
    if reason.source not in own:
        return reason.sentence
    return repeated(own[reason.source] % {"title": reason.title}, reason.times)


def reason_url(reason: Reason) -> str:
    """Where the thing behind a reason is; for acts without a page of their own, the nearest one."""
    if reason.source in {"topic", "post"}:
        return reverse("forums:post", args=[int(reason.source_id)])
    if reason.source in {"idea", "vote"}:
        return reverse("ideas:idea_short", args=[int(reason.source_id)])
    if reason.source == "club":
        return reverse("clubs:club", args=[reason.source_id])
    if reason.source in {"search", "referrer"}:
        # Looking at what one searched for is no new search: it would add to the weight it explains.
        return f"{reverse('search')}?{urlencode({'q': reason.title, 'again': '1'})}"
    if reason.source in {"declared", "garage"}:
        return reverse("members:edit")
    return ""


def muted_of(member_id: int) -> list[Muted]:
    """What somebody muted, whether or not a profile is kept."""
    codes = list(
        InterestControl.objects.filter(member_id=member_id, muted=True)
        .order_by("keyword")
        .values_list("keyword", flat=True)
    )
    names = labels(codes) if codes else {}
    return [Muted(code, names[code]) for code in codes]
