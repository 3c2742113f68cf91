"""Clubs that are to be there, with their board and what is known of their models."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from clubs.models import Club, ClubKind
from community.kernel.api import Invalid, contributions
from community.kernel.drawings import DRAWINGS
from community.members.api import KnownModel, forget_known_models
from community.search.api import mark_content


@transaction.atomic
def ensure_club(
    *,
    slug: str,
    kind: str = ClubKind.BRAND,
    title_en: str,
    title_zh: str,
    about_en: str = "",
    about_zh: str = "",
    keywords: Sequence[str] = (),
    models: Sequence[str] = (),
    known: Mapping[str, KnownModel] | None = None,
    now: datetime,
) -> Club:
    """A club with its board; the same slug again is the same club, which learns of models it did not know.

    ``known`` says of some models what they are called in Chinese, how they are drawn and how long they are. Raises
    Invalid for a drawing there is not.
    """
    values = {
        "kind": kind,
        "title_en": title_en[:80],
        "title_zh": title_zh[:80],
        "about_en": about_en,
        "about_zh": about_zh,
        "keywords": list(keywords),
        "founded_at": now,
    }
    club, created = Club.objects.select_for_update().get_or_create(slug=slug, defaults=values)
    if created:
        contributions("clubs.created", slug, club.title_en, club.title_zh)
    _learn(club, known or {})
    if add_models(club, models) or created:
        mark_content("club", [club.pk])
    return club


def _learn(club: Club, known: Mapping[str, KnownModel]) -> None:
    if unknown := {model.drawing for model in known.values()} - {"", *DRAWINGS}:
        raise Invalid(_("There is no drawing “%(name)s”.") % {"name": min(unknown)})
    facts = {**club.model_facts, **{name: asdict(model) for name, model in known.items()}}
    if facts != club.model_facts:
        club.model_facts = facts
        club.save(update_fields=["model_facts"])
        forget_known_models()


def add_models(club: Club, models: Sequence[str]) -> bool:
    """Let a club know of models it did not know; they become keywords. Returns whether there were such."""
    new = [model for model in dict.fromkeys(models) if model not in club.models_list]
    if new:
        club.models_list = [*club.models_list, *new]
        club.save(update_fields=["models_list"])
        contributions("clubs.models", club.brand, new)
    return bool(new)
