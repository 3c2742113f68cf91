"""Reading profiles in the reader's language."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_noop, ngettext, pgettext

from community.kernel.api import contributions
from community.members.api import car_name
from crm_bridge.keywords.vocabulary import labels
from crm_bridge.models.profile import Profile, Stage
from crm_bridge.profiles.ballots import VOTE

# By kind of act; each is translated where it is said.
SENTENCES = {
    "declared": gettext_noop("Wrote “%(title)s” among their keywords"),
    "garage": gettext_noop("Has “%(title)s” in the garage"),
    "added": gettext_noop("Added it themselves"),
    "topic": gettext_noop("Started “%(title)s”"),
    "post": gettext_noop("Replied in “%(title)s”"),
    "idea": gettext_noop("Handed in “%(title)s”"),
    "vote": gettext_noop("Voted for “%(title)s”"),
    "club": gettext_noop("Joined “%(title)s”"),
    "search": gettext_noop("Searched for “%(title)s”"),
    "referrer": gettext_noop("Came from a search for “%(title)s”"),
}
_SEARCHED = gettext_noop("Searched for it")
STAFF_SENTENCES = {"vote": gettext_noop("Voted for an idea about it"), "search": _SEARCHED, "referrer": _SEARCHED}


@dataclass(frozen=True)
class Reason:
    """Why an interest is thought to be there: the latest of ``times`` acts of a kind about the same."""

    source: str
    sentence: str
    title: str
    times: int
    at: datetime
    source_id: str = ""


ReasonOf = Callable[[dict[str, Any]], Reason | None]


@dataclass(frozen=True)
class Interest:
    """An interest as shown: weight 0 to 10, now and three months ago."""

    code: str
    name: str
    weight: float
    was: float
    told: bool
    muted: bool
    reasons: list[Reason]

    @property
    def share(self) -> float:
        """The weight as 0 to 1, for the gauge."""
        return self.weight / 10

    @property
    def was_share(self) -> float:
        """The weight of three months ago as 0 to 1."""
        return self.was / 10


def interests_of(profile: Profile | None) -> list[Interest]:
    """All interests of a profile as the member sees them, muted ones too, the heaviest first."""
    return _interests_of_many({profile.pk: profile.interests}, _told_to_members)[profile.pk] if profile else []


def interests_for_staff(profiles: Iterable[Profile]) -> dict[int, list[Interest]]:
    """The interests of many members as the brand's people see them; the vocabulary is asked once.

    A ballot is secret and the words of a search are the member's own: that is told as having happened, nothing more,
    and of a vote nothing at all before its results are there. From then on it has their day, not its own.
    """
    return _interests_of_many({profile.pk: profile.for_staff for profile in profiles}, _told_to_staff)


def _interests_of_many(kept: dict[int, list[dict[str, Any]]], told: ReasonOf) -> dict[int, list[Interest]]:
    entries = [entry for found in kept.values() for entry in found]
    names = labels(entry["keyword"] for entry in entries)
    clubs = {r["source_id"] for entry in entries for r in entry["reasons"] if r["source"] == "club"}
    titles = club_titles(clubs) if clubs else {}
    return {pk: [_interest(entry, names, titles, told) for entry in found] for pk, found in kept.items()}


def club_titles(slugs: Iterable[str]) -> dict[str, str]:
    """What clubs are called in the reader's language, by slug."""
    return {slug: title for found in contributions("clubs.titles", slugs) for slug, title in found.items()}


def clubs_of(member_id: int) -> list[str]:
    """What the clubs of a member are called; everybody may read it on their space."""
    return [title for found in contributions("clubs.of_member", member_id) for title in found.values()]


def _interest(entry: dict[str, Any], names: dict[str, str], titles: dict[str, str], told: ReasonOf) -> Interest:
    all_told = (told({**kept, "title": _title(kept, titles)}) for kept in entry["reasons"])
    # What differs in what the reader may not know reads the same.
    reasons = list({(one.sentence, one.at): one for one in all_told if one}.values())
    code = entry["keyword"]
    return Interest(code, names[code], entry["weight"], entry["was"], entry["told"], entry["muted"], reasons)


def _title(reason: dict[str, Any], clubs: dict[str, str]) -> str:
    """What the act was about, called as it is in the reader's language where it has a name there."""
    kept: str = reason["title"]
    if reason["source"] == "club":
        return clubs.get(reason["source_id"], kept)
    return car_name(kept) if reason["source"] == "garage" else kept


def _told_to_members(kept: dict[str, Any]) -> Reason:
    # A profile stored before times were counted has none until its next act or day.
    times, at = kept.get("times", 1), datetime.fromisoformat(kept["at"])
    sentence = repeated(reason_sentence(kept), times)
    return Reason(kept["source"], sentence, kept["title"], times, at, kept["source_id"])


def _told_to_staff(kept: dict[str, Any]) -> Reason | None:
    if kept["source"] not in STAFF_SENTENCES:
        return _told_to_members(kept)
    # The day a vote was cast tells which idea it was for, beside the votes by day that everybody may see. A profile
    # stored before that was known tells nothing of it until it is worked out anew.
    said = kept.get("counts_from") if kept["source"] == VOTE else kept["at"]
    if said is None:
        return None
    # Not even the minute: it may be known when somebody searched.
    at = timezone.localtime(datetime.fromisoformat(said)).replace(hour=0, minute=0, second=0, microsecond=0)
    return Reason(kept["source"], _(STAFF_SENTENCES[kept["source"]]), "", 1, at)


def staff_sentences() -> dict[str, str]:
    """What the brand's people read instead of the reasons they may not know, by the kind of act."""
    return {source: _(sentence) for source, sentence in STAFF_SENTENCES.items()}


def reason_sentence(reason: dict[str, Any]) -> str:
    """One reason as a sentence about the member, without a subject."""
    return _(SENTENCES[reason["source"]]) % {"title": reason["title"]}


def repeated(sentence: str, times: int) -> str:
    """A sentence about an act, with how often it was done."""
    if times == 1:
        return sentence
    return _("%(sentence)s, %(times)s times") % {"sentence": sentence, "times": times}


def stage_sentence(profile: Profile | None) -> str:
    """Why a member is in their stage."""
    if profile is None or not profile.stage:
        return ""
    reason = profile.stage_reason
    days = reason["active_days"]
    active = ngettext("Active on %(count)s day in 90", "Active on %(count)s days in 90", days) % {"count": days}
    if not days:
        return active
    if reason["quiet_days"] == 0:
        return pgettext("stage", "%(active)s, last today") % {"active": active}
    quiet = reason["quiet_days"]
    return ngettext("%(active)s, last %(count)s day ago", "%(active)s, last %(count)s days ago", quiet) % {
        "active": active,
        "count": quiet,
    }


def stage_label(profile: Profile | None) -> str:
    """The stage's name; empty where there is none."""
    return str(Stage(profile.stage).label) if profile and profile.stage else ""


def profile_of(member_id: int) -> Profile | None:
    """The profile of a member; None where none is kept."""
    return Profile.objects.filter(pk=member_id).first()
