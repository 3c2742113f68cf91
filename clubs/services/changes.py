"""What the brand and those who lead clubs change of them: founding by a manager, titles, words, models, roles."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clubs.facts import ClubChanged, ClubMade
from clubs.models import Club, ClubKind, MemberRole
from clubs.queries import may_describe
from clubs.services.founding import add_models
from clubs.services.membership import set_role
from community.kernel.api import Invalid, NotAllowed, Outdated, clean_line, clean_slug, contributions, publish
from community.members.api import Member, Role, forget_known_models, require_role
from community.search.api import mark_content

MAX_TITLE, MAX_ABOUT, MAX_KEYWORD, MAX_MODEL = 80, 300, 60, 70
MOST_KEYWORDS, MOST_MODELS = 20, 500


@transaction.atomic
def create_club(
    *,
    actor: Member,
    slug: str,
    kind: str,
    title_en: str,
    title_zh: str,
    about_en: str = "",
    about_zh: str = "",
    keywords: Sequence[str] = (),
    models: Sequence[str] = (),
    now: datetime,
) -> Club:
    """A new club or circle with its board; sent twice it is the one that is there.

    Raises Invalid, also for the address of another club, or of a board that is no club's.
    """
    require_role(actor, Role.BRAND_MANAGER)
    if kind not in ClubKind.values:
        raise Invalid(_("Choose what it is."), field="kind")
    said = _clean(kind, title_en, title_zh, about_en, about_zh, keywords, models)
    slug, known = clean_slug(slug), said.pop("models_list")
    values = {"kind": str(kind), **said, "founded_at": now}
    club, created = Club.objects.get_or_create(slug=slug, defaults=values)
    if not created:
        if club.kind != kind or not _says(club, said | {"models_list": known}):
            raise Invalid(_("Another club has this address."), field="slug")
        return club
    if not contributions("clubs.created", slug, club.title_en, club.title_zh):
        raise Invalid(_("A board has this address."), field="slug")
    add_models(club, known)
    mark_content("club", [club.pk])
    publish(ClubMade(member_id=actor.pk, club_id=club.pk, slug=slug, kind=club.kind), now=now)
    return club


@transaction.atomic
def change_club(
    *,
    actor: Member,
    club: Club,
    title_en: str,
    title_zh: str,
    about_en: str,
    about_zh: str,
    keywords: Sequence[str],
    models: Sequence[str],
    based_on: str | None = None,
    now: datetime,
) -> Club:
    """What a club is called, what it is about, its keywords and models. Again changes nothing.

    ``based_on`` is the version the actor had before them: where the club has another one by now it raises Outdated.
    Its board is called as the club is. New models become keywords, all of them where the brand, a brand club's first
    keyword, is another one; what is in the vocabulary stays there.
    """
    require_role(actor, Role.BRAND_MANAGER)
    values = _clean(club.kind, title_en, title_zh, about_en, about_zh, keywords, models)
    return _change(actor, club, values, based_on, now)


@transaction.atomic
def change_about(
    *, actor: Member, club: Club, about_en: str, about_zh: str, based_on: str | None = None, now: datetime
) -> Club:
    """What a club is about, said by who leads it or a brand manager. Otherwise as ``change_club``."""
    if not may_describe(actor, club):
        raise NotAllowed(_("Only those who lead the club can change its description."))
    return _change(actor, club, _clean_abouts(about_en, about_zh), based_on, now)


def give_role(*, actor: Member, club: Club, member: Member, role: str, now: datetime) -> bool:
    """Have somebody who is in a club lead or host it, or be a member like any other. Returns whether it changed.

    Raises Invalid for who has not joined it.
    """
    require_role(actor, Role.BRAND_MANAGER)
    if role not in MemberRole.values:
        raise Invalid(_("Choose what they are in it."), field="role")
    return set_role(member=member, club=club, role=MemberRole(role), now=now)


def _change(actor: Member, club: Club, values: Mapping[str, Any], based_on: str | None, now: datetime) -> Club:
    club = Club.objects.select_for_update().get(pk=club.pk)
    if _says(club, values):
        return club
    if based_on not in {None, club.version}:
        raise Outdated(
            _("This club was changed after you opened it, so yours was not saved. Save again to replace it.")
        )
    before = {name: getattr(club, name) for name in ("title_en", "title_zh", "models_list", "brand")}
    for name, value in values.items():
        setattr(club, name, value)
    gone = set(before["models_list"]) - set(club.models_list)
    club.model_facts = {name: facts for name, facts in club.model_facts.items() if name not in gone}
    club.save(update_fields=[*values, "model_facts"])
    _tell_others(club, before)
    mark_content("club", [club.pk])
    publish(ClubChanged(member_id=actor.pk, club_id=club.pk, slug=club.slug), now=now)
    return club


def _tell_others(club: Club, before: Mapping[str, Any]) -> None:
    """Its board, the vocabulary and garages follow what a club is called and whose models it has."""
    if (club.title_en, club.title_zh) != (before["title_en"], before["title_zh"]):
        contributions("clubs.changed", club.slug, club.title_en, club.title_zh)
    others = club.brand != before["brand"]
    new = [model for model in club.models_list if others or model not in before["models_list"]]
    if new:
        contributions("clubs.models", club.brand, new)
    if others or before["models_list"] != club.models_list:
        forget_known_models()


def _says(club: Club, values: Mapping[str, Any]) -> bool:
    return all(getattr(club, name) == value for name, value in values.items())


def _clean(
    kind: str,
    title_en: str,
    title_zh: str,
    about_en: str,
    about_zh: str,
    keywords: Sequence[str],
    models: Sequence[str],
) -> dict[str, Any]:
    """What a club keeps. Raises Invalid."""
    if models and kind != ClubKind.BRAND:
        raise Invalid(_("Only a brand club has models."), field="models")
    return {
        "title_en": clean_line(title_en, most=MAX_TITLE, field="title_en"),
        "title_zh": clean_line(title_zh, most=MAX_TITLE, field="title_zh"),
        **_clean_abouts(about_en, about_zh),
        "keywords": _clean_lines(keywords, most=MOST_KEYWORDS, longest=MAX_KEYWORD, field="keywords"),
        "models_list": _clean_lines(models, most=MOST_MODELS, longest=MAX_MODEL, field="models"),
    }


def _clean_abouts(about_en: str, about_zh: str) -> dict[str, str]:
    texts = {"about_en": about_en, "about_zh": about_zh}
    return {name: clean_line(text, most=MAX_ABOUT, field=name, needed=False) for name, text in texts.items()}


def _clean_lines(texts: Sequence[str], *, most: int, longest: int, field: str) -> list[str]:
    """Each text in one line and once, without empty ones. Raises Invalid for too many and for a long one."""
    lines = [clean_line(text, most=longest, field=field, needed=False) for text in texts]
    kept = list(dict.fromkeys(line for line in lines if line))
    if len(kept) > most:
        refusal = ngettext("At most %(count)s line can be here.", "At most %(count)s lines can be here.", most)
        raise Invalid(refusal % {"count": most}, field=field)
    return kept
