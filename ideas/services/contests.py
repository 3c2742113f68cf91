"""Opening contests, moving their phases, and phases that begin by themselves."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from itertools import pairwise

from django.db import transaction
from django.utils.translation import gettext as _

from community.inbox.api import announce
from community.kernel.api import SYSTEM, Conflict, Invalid, Outdated, one_line, publish, visible
from community.members.api import Member, Role, require_role
from community.search.api import mark_content
from ideas.enums import PhaseKind
from ideas.facts import ContestPhaseChanged
from ideas.models import Contest, Phase
from ideas.queries import is_frozen
from ideas.services.locks import advance_sequence, lock_contest

MAX_TITLE = 160


@transaction.atomic
def open_contest(
    *,
    actor: Member,
    slug: str,
    title_en: str,
    title_zh: str,
    phases: Sequence[tuple[str, datetime]],
    now: datetime,
) -> Contest:
    """A contest with its phases; the same slug and titles again are the same contest.

    Raises Invalid for phases out of order, and for the address of another contest.
    """
    require_role(actor, Role.BRAND_MANAGER)
    title_en, title_zh = clean_title(title_en, field="title_en"), clean_title(title_zh, field="title_zh")
    require_order(phases)
    values = {"title_en": title_en, "title_zh": title_zh, "opened_at": now}
    contest, created = Contest.objects.get_or_create(slug=slug, defaults=values)
    if created:
        Phase.objects.bulk_create([Phase(contest=contest, kind=kind, starts_at=at) for kind, at in phases])
    elif (contest.title_en, contest.title_zh) != (title_en, title_zh):
        raise Invalid(_("Another contest has this address."), field="slug")
    return contest


@transaction.atomic
def set_phases(
    *,
    actor: Member,
    contest: Contest,
    phases: Sequence[tuple[str, datetime]],
    based_on: str | None = None,
    now: datetime,
) -> None:
    """Move phases. What has begun stays; the same times again change nothing.

    From the first vote on the rules are frozen: raises Conflict. ``based_on`` is the version of the phases the actor
    had before them: where it has another one by now it raises Outdated.
    """
    require_role(actor, Role.BRAND_MANAGER)
    locked = lock_contest(contest.pk)
    if is_frozen(locked):
        raise Conflict(_("Somebody has voted already: the phases are fixed."))
    require_order(phases)
    kept = {phase.kind: phase.starts_at for phase in locked.phases.all()}
    begun = {phase.kind: phase.starts_at for phase in locked.phases.all() if phase.entered_at or phase.starts_at <= now}
    wanted = [(kind, at) for kind, at in phases if kind not in begun]
    if begun | dict(wanted) == kept:
        return
    if based_on not in {None, locked.phases_version}:
        raise Outdated(
            _("The phases were moved after you opened them, so yours were not saved. Save again to replace them.")
        )
    require_order([*begun.items(), *wanted])
    locked.phases.exclude(kind__in=begun).delete()
    Phase.objects.bulk_create([Phase(contest=locked, kind=kind, starts_at=at) for kind, at in wanted])
    advance_sequence(locked.pk)


@transaction.atomic
def retitle_contest(
    *, actor: Member, contest: Contest, title_en: str, title_zh: str, based_on: str | None = None, now: datetime
) -> Contest:
    """Call a contest otherwise. Again changes nothing.

    From the first vote on it is called what was voted on: raises Conflict. ``based_on`` is the version the actor had
    before them: where it has another one by now it raises Outdated.
    """
    require_role(actor, Role.BRAND_MANAGER)
    titles = clean_title(title_en, field="title_en"), clean_title(title_zh, field="title_zh")
    locked = lock_contest(contest.pk)
    if (locked.title_en, locked.title_zh) == titles:
        return locked
    if based_on not in {None, locked.version}:
        raise Outdated(
            _("This contest was changed after you opened it, so yours was not saved. Save again to replace it.")
        )
    if is_frozen(locked):
        raise Conflict(_("Somebody has voted already: the title is fixed."))
    locked.title_en, locked.title_zh = titles
    locked.sequence += 1
    locked.save(update_fields=["title_en", "title_zh", "sequence"])
    return locked


def require_order(phases: Sequence[tuple[str, datetime]]) -> None:
    """Raise Invalid for unknown phases, phases twice, or times out of order."""
    kinds = [kind for kind, _at in phases]
    order = [PhaseKind.values.index(kind) for kind in kinds if kind in PhaseKind.values]
    if len(order) != len(kinds) or len(set(kinds)) != len(kinds) or order != sorted(order):
        raise Invalid(_("The phases are not in their order."), field="phases")
    times = [at for _kind, at in phases]
    if not times or any(later <= earlier for earlier, later in pairwise(times)):
        raise Invalid(_("Each phase has to begin after the one before."), field="phases")


def clean_title(title: str, *, field: str) -> str:
    """A contest's title in bounds. Raises Invalid."""
    title = one_line(title)
    if not visible(title) or len(title) > MAX_TITLE:
        raise Invalid(_("A contest needs a title of at most 160 characters."), field=field)
    return title


@transaction.atomic
def advance_contests(*, now: datetime) -> int:
    """Enter every due phase, in order, also after downtime; logged once however many relays run."""
    due = Phase.objects.filter(entered_at=None, starts_at__lte=now)
    waiting = list(due.order_by().values_list("contest_id", flat=True).distinct())
    if not waiting:
        return 0
    # Contests first, by key, and only those nobody works on: another relay, or a vote, has its turn and we come again.
    contests = Contest.objects.select_for_update(skip_locked=True, of=("self",)).filter(pk__in=waiting).order_by("pk")
    return sum(_enter_due(contest, now) for contest in contests)


def _enter_due(contest: Contest, now: datetime) -> int:
    phases = list(contest.phases.filter(entered_at=None, starts_at__lte=now).order_by("starts_at", "pk"))
    for phase in phases:
        _enter(contest, phase, now)
    return len(phases)


def _enter(contest: Contest, phase: Phase, now: datetime) -> None:
    previous, contest.phase = contest.phase, phase.kind
    contest.sequence += 1
    contest.save(update_fields=["phase", "sequence"])
    phase.entered_at = now
    phase.save(update_fields=["entered_at"])
    fact = ContestPhaseChanged(member_id=SYSTEM, contest_id=contest.pk, phase=phase.kind, previous=previous)
    publish(fact, now=phase.starts_at)
    mark_content("idea", list(contest.ideas.values_list("pk", flat=True)))
    announce(contest.channel, kind="phase", sequence=contest.sequence)
