"""Everything kept of one member as one document: the member's file, and what ``manage.py explain`` prints."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from django.core.serializers.json import DjangoJSONEncoder
from django.db.models import Model, QuerySet

from community.kernel.api import contributions, facts_of, now
from community.members.api import Member
from crm_bridge.keywords.vocabulary import vocabulary
from crm_bridge.models import AccessEntry, ActiveDay, Belonging, InterestControl, Keyword, Profile, Signal, TermSighting
from ideas.facts import IdeaDecided

# Fields of facts that name other people.
OTHERS = {"author_id", "editor_id", "actor_id", "mentioned_ids", "quoted_ids"}


def document(member: Member) -> dict[str, Any]:
    """All of it, in no language: codes and both names. Nothing about other people."""
    parts: dict[str, Any] = {"public_id": str(member.public_id), "profile": _profile(member.pk)}
    parts |= _derived(member.pk)
    for contribution in contributions("members.explain", member.pk):
        parts |= contribution
    parts["facts"] = list(_facts(member.pk, now=now()))
    return parts


def _profile(member_id: int) -> dict[str, Any] | None:
    profile = Profile.objects.filter(pk=member_id).first()
    if profile is None:
        return None
    known = vocabulary().keywords
    return {
        "interests": _named(profile.interests, known),
        "interests_for_staff": _named(profile.for_staff, known),
        "stage": profile.stage,
        "stage_reason": profile.stage_reason,
        "last_active_at": profile.last_active_at,
        "active_days": profile.active_days,
        "acts": profile.acts,
        "computed_at": profile.computed_at,
    }


def _named(entries: list[dict[str, Any]], known: Mapping[str, Keyword]) -> list[dict[str, Any]]:
    return [{**_names(known.get(entry["keyword"])), **entry} for entry in entries]


def _names(keyword: Keyword | None) -> dict[str, str]:
    return {"name_en": keyword.name_en, "name_zh": keyword.name_zh} if keyword else {}


def _derived(member_id: int) -> dict[str, Any]:
    looks = ("at", "kind", "actor_title", "purpose", "channel", "why", "columns")
    return {
        "signals": _rows(Signal, member_id, "keyword", "source", "source_id", "title", "count", "at"),
        "controls": _rows(InterestControl, member_id, "keyword", "muted", "weight", "added_at", "removed_at"),
        "activity": _rows(ActiveDay, member_id, "day", "acts", "last_at"),
        "belongings": _rows(Belonging, member_id, "club"),
        "unknown_words": _rows(TermSighting, member_id, "term", "source", "count", "at"),
        "looks": _rows(AccessEntry, member_id, *looks),
    }


def _rows(model: type[Model], member_id: int, *columns: str) -> list[dict[str, Any]]:
    rows: QuerySet[Any] = model._default_manager.filter(member_id=member_id).order_by("pk")
    return list(rows.values(*columns))


def _facts(member_id: int, *, now: datetime) -> Iterator[dict[str, Any]]:
    """What was published about the member, but for decisions that nobody may know of before the results."""
    deliveries = list(facts_of(member_id))
    decided = {each.fact.idea_id for each in deliveries if isinstance(each.fact, IdeaDecided)}
    told = {idea_id for found in contributions("contest.results_since", decided, now) for idea_id in found}
    for delivery in deliveries:
        if isinstance(delivery.fact, IdeaDecided) and delivery.fact.idea_id not in told:
            continue
        payload = {key: value for key, value in delivery.fact.payload().items() if key not in OTHERS}
        yield {"name": delivery.fact.name, "at": delivery.occurred_at, **payload}


def as_json(member: Member) -> str:
    """The document as JSON, times as ISO 8601."""
    return json.dumps(document(member), cls=DjangoJSONEncoder, ensure_ascii=False, indent=2) + "\n"


def as_text(member: Member) -> str:
    """The document as indented lines."""
    return "\n".join(_lines(json.loads(as_json(member)), "")) + "\n"


def _lines(value: Any, indent: str) -> Iterator[str]:
    for key, part in value.items() if isinstance(value, dict) else enumerate(value, 1):
        if isinstance(part, dict | list) and part:
            yield f"{indent}{key}:"
            yield from _lines(part, indent + "  ")
        else:
            shown = " ".join(str(part).split()) if part not in (None, "", [], {}) else "-"
            yield f"{indent}{key}: {shown}"
