"""What the bridge does when others act."""

from __future__ import annotations

import contextlib
from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from django.apps.registry import Apps, apps
from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.db import DEFAULT_DB_ALIAS
from django.db.models import Model
from django.db.models.signals import post_migrate  # noqa: TID251 - Django's own, not one of ours
from django.dispatch import receiver
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from community.consent.api import Purpose
from community.consent.facts import PermissionWithdrawn
from community.kernel.api import Delivery, each_minute, fills, forget, take_turn
from community.kernel.api import now as clock
from community.members.api import Member, Role, has_role, shown_members
from community.search.api import Meaning, mark
from crm_bridge.audience import document as _document  # registers the audience index
from crm_bridge.audience.questions import prune_questions
from crm_bridge.console.access import record
from crm_bridge.console.naming import take_names_out
from crm_bridge.intake.controls import STATING_FACTS
from crm_bridge.intake.handlers import apply_facts, wipe
from crm_bridge.keywords.club_models import add_models
from crm_bridge.keywords.meanings import meanings, near
from crm_bridge.keywords.proposals import VOCABULARY_ROLES, waiting
from crm_bridge.keywords.sightings import forget_decided, prune_sightings
from crm_bridge.keywords.starter import TABLES, load, read
from crm_bridge.keywords.vocabulary import capture, vocabulary
from crm_bridge.mirror.queries import cared_about, muted_among
from crm_bridge.models import AccessEntry
from crm_bridge.models.console import AccessKind
from crm_bridge.profiles.projector import INDEX, compute, relearn_members
from crm_bridge.profiles.queries import profile_of
from crm_bridge.segments.services import AUDIENCE_ROLES

__all__ = ["_document"]


@fills("consent.withdrawn")
def forget_profile(fact: PermissionWithdrawn, *, now: datetime) -> None:
    """What was learnt, and what was told in the mirror, goes in the transaction of the no.

    The delivery of its fact does it again: twice is once.
    """
    if fact.purpose == Purpose.PROFILING:
        forget(fact.member_id, types=STATING_FACTS)
        deliveries: list[Delivery[Any]] = [Delivery(0, fact, now)]
        compute(apply_facts(deliveries), now=now)


@fills("consent.resumed")
def listed_again(member_ids: Collection[int]) -> None:
    """Who may be reached again after a pause is listed again."""
    mark(INDEX, member_ids)


@fills("consent.repaired")
def on_consent_repaired(member_ids: list[int]) -> None:
    """Members whose lost yes was restored: learn again all they did since they gave it."""
    relearn_members(member_ids, now=clock())


@fills("members.erase")
def erase(member_id: int) -> None:
    """Everything learnt of a person goes at once, and so does who looked."""
    # By the name of somebody who never showed that an address is theirs nobody was meant.
    for person in shown_members().filter(pk=member_id):
        take_names_out(person)
    wipe([member_id])
    AccessEntry.objects.filter(member_id=member_id).delete()
    mark(INDEX, [member_id])


@fills("members.late")
def erase_late(member_ids: Collection[int]) -> None:
    """What a relay learnt, and who of the brand looked, in the moment of an erasure."""
    wipe(member_ids)
    AccessEntry.objects.filter(member_id__in=member_ids).delete()
    mark(INDEX, member_ids)


@fills("members.interests")
def interests_known(member_id: int) -> list[tuple[str, tuple[str, ...], str]]:
    """What comes first on a member's own pages, by the list they permit and change in the mirror."""
    return cared_about(profile_of(member_id))


@fills("members.muted")
def muted_words(member_id: int, words: Sequence[str]) -> list[str]:
    """Those of a member's words that stand for an interest they muted: nothing is chosen by it."""
    return muted_among(member_id, words)


@fills("members.exported")
def exported(member_ids: Collection[int], *, actor: Member, now: datetime) -> None:
    """A table of what members wrote names them: each who is named can read who took it."""
    record(member_ids, actor=actor, kind=AccessKind.EXPORTED, now=now)


@fills("members.verified")
def verified(member_id: int) -> None:
    """Who showed that their address is theirs is one of the audience."""
    mark(INDEX, [member_id])


@fills("members.language")
def reads(member_id: int) -> None:
    """An audience may be asked for by the language its members read."""
    mark(INDEX, [member_id])


@fills("members.standing")
def standing(member_id: int) -> None:
    """The brand's own people and those who were deactivated are none of the audience."""
    mark(INDEX, [member_id])


@each_minute
def forget_questions() -> int:
    """What was asked of the audience is kept for a year. Returns how many questions are gone."""
    return prune_questions(now=clock())


@fills("console.nav", order=10)
def people_nav(user: Any) -> dict[str, Any]:
    """The audience search as an entry of the Workbench's navigation: address, label, and who has it."""
    return {"url": "crm:people", "label": gettext_lazy("Audience"), "roles": AUDIENCE_ROLES}


@fills("console.nav", order=20)
def segments_nav(user: Any) -> dict[str, Any]:
    """Saved audiences as an entry of the Workbench's navigation: address, label, and who has it."""
    return {"url": "crm:segments", "label": gettext_lazy("Segments"), "roles": AUDIENCE_ROLES}


@fills("console.nav", order=40)
def terms_nav(user: Any) -> dict[str, Any]:
    """Unknown words as an entry of the Workbench's navigation: address, label, and who has it."""
    return {"url": "crm:terms", "label": gettext_lazy("Unknown words"), "roles": VOCABULARY_ROLES}


@fills("console.due", order=200)
def words_due(user: Any) -> list[dict[str, Any]]:
    """Unknown words that wait for a decision."""
    count = waiting() if has_role(user, *VOCABULARY_ROLES) else 0
    what = ngettext("%(count)s word waits for a decision", "%(count)s words wait for a decision", count)
    entry = {"url": reverse("crm:terms"), "title": _("Unknown words"), "what": what % {"count": count}}
    return [entry] if count else []


@each_minute
def bound_sightings() -> int:
    """Once an hour: unknown words are kept within bounds, who used decided ones goes. Returns how many rows."""
    return prune_sightings() + forget_decided(now=clock()) if take_turn("crm:bound-sightings") else 0


@fills("members.role")
def may_edit_vocabulary(role: Role, group: Group) -> None:
    """Those who decide on unknown words keep the vocabulary."""
    if role in VOCABULARY_ROLES:
        allowed = Permission.objects.filter(content_type__app_label="crm_bridge", content_type__model="keyword")
        group.permissions.add(*allowed)


@fills("search.subjects")
def name_subjects(text: str) -> list[str]:
    """The keywords a text is about by their names in every language: a Chinese topic is close to an English one."""
    known = vocabulary().keywords
    return [name for code in capture(text) for name in (known[code].name_en, known[code].name_zh)]


@fills("clubs.models")
def know_models(brand: str, models: Sequence[str]) -> int:
    """The models of a club are keywords, so that what members write of them is understood."""
    return add_models(brand, models)


@fills("search.meanings")
def also_called(text: str) -> list[Meaning]:
    """Other words for what somebody searches for on the site."""
    return meanings(text)


@fills("search.near")
def near_to(text: str) -> list[str]:
    """Names of keywords close to words nobody has written."""
    return near(text)


@fills("vocabulary.codes")
def codes_in(texts: Sequence[str]) -> list[list[str]]:
    """The keywords each text is about, in the order in which they occur."""
    held = vocabulary()
    return [list(held.capture(text)) for text in texts]


@receiver(post_migrate)
def bring_words(sender: Any, using: str = DEFAULT_DB_ALIAS, **more: Any) -> None:
    """A fresh installation knows the starter vocabulary, an upgraded one what is new of it."""
    wanted = sender.label == "crm_bridge" and using == DEFAULT_DB_ALIAS and settings.STARTER_VOCABULARY
    # Without a state (after ``flush``) the tables are as the code has them.
    if wanted and _is_ready(more.get("apps", apps)):
        load(read())


def _is_ready(migrated: Apps) -> bool:
    """Whether the tables are there in their present form: migrate may have been asked to stop or go back before it."""
    with contextlib.suppress(LookupError):
        return all(_columns(model) == _columns(migrated.get_model("crm_bridge", model.__name__)) for model in TABLES)
    return False


def _columns(model: type[Model]) -> set[str | None]:
    return {field.column for field in model._meta.concrete_fields}
