"""A member as the audience search sees them: one document; interests, stage and activity only by permission.

Nothing in it changes by the mere passing of time: profiles are worked out anew, and pauses ended, by the relay, which
has the document written then. So a document that differs from the database is out of date.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from community.consent.api import PROFILING_PERMIT, pausing_among, permits_of_many
from community.kernel.api import primary_keys_of
from community.members.api import Member, garage_models, shown_members
from community.search.api import DATE, KEYWORD, NUMBER, TOKENS, WEIGHTS, Field, Index, Schema, register_index, tokens
from crm_bridge.keywords.vocabulary import Vocabulary, vocabulary
from crm_bridge.models import Belonging, Profile
from crm_bridge.profiles.projector import INDEX
from crm_bridge.profiles.weights import STEP

SCHEMA = Schema(
    INDEX,
    {
        "member": Field(KEYWORD),
        "name": Field(TOKENS, boost=3.0),
        "about": Field(TOKENS),
        "interests": Field(WEIGHTS, scale=1 / STEP),
        "stage": Field(KEYWORD),
        "clubs": Field(KEYWORD),
        "owns": Field(KEYWORD),
        "language": Field(KEYWORD),
        "permits": Field(KEYWORD),
        "active_at": Field(DATE),
        "joined_at": Field(DATE),
        "active_days": Field(NUMBER),
        "acts": Field(NUMBER),
    },
)


def load(ids: Sequence[str]) -> Iterable[tuple[str, Mapping[str, Any] | None]]:
    """The documents of members who are here and not the brand's own people, in seven queries for any number."""
    wanted = [int(member_id) for member_id in ids]
    members = {m.pk: m for m in shown_members().filter(pk__in=wanted, is_staff=False, is_active=True)}
    profiles = Profile.objects.in_bulk(list(members))
    permits, paused, garages = permits_of_many(members), pausing_among(members), garage_models(members)
    words, clubs = vocabulary(), defaultdict(list)
    for member_id, club in Belonging.objects.filter(member_id__in=members).values_list("member_id", "club"):
        clubs[member_id].append(club)
    for member_id in wanted:
        member = members.get(member_id)
        if member is None:
            yield str(member_id), None
            continue
        may_profile = PROFILING_PERMIT in permits.get(member_id, ())
        values = _values(member, profiles.get(member_id) if may_profile else None, words)
        values["permits"] = sorted(permits.get(member_id, ())) if member_id not in paused else []
        values["clubs"] = sorted(clubs.get(member_id, []))
        values["owns"] = sorted({owned(label, words) for label in garages.get(member_id, [])})
        yield str(member_id), values


def _values(member: Member, profile: Profile | None, words: Vocabulary) -> dict[str, Any]:
    shown = {i["keyword"]: i["weight"] for i in profile.for_staff if not i["muted"]} if profile else {}
    keywords = words.keywords
    names = [f"{keywords[code].name_en} {keywords[code].name_zh}" for code in shown if code in keywords]
    return {
        "member": str(member.pk),
        "name": tokens(f"{member.shown_name} {member.username}"),
        "about": tokens(" \n".join([member.about, *names])),
        "interests": shown,
        "stage": profile.stage if profile else "",
        "language": "zh" if member.language.startswith("zh") else "en",
        "joined_at": member.joined_at,
        "active_at": profile.last_active_at if profile else None,
        "active_days": profile.active_days if profile else None,
        "acts": profile.acts if profile else None,
    }


def owned(label: str, words: Vocabulary) -> str:
    """What stands for a car: its keyword where the vocabulary knows the model, else the label in lower case."""
    keyword = words.find(label)
    return keyword.code if keyword else " ".join(label.lower().split())


def all_ids() -> Iterator[str]:
    """Everybody who may have a document."""
    yield from map(str, primary_keys_of(shown_members().filter(is_staff=False, is_active=True)))


register_index(Index(INDEX, SCHEMA, load, all_ids))
