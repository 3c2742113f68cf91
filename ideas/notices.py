"""Who learns of what happens in contests, and in which words."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.inbox.api import Notice, notify, register_kind
from community.kernel.api import SYSTEM, Delivery, handles
from community.members.api import Member
from ideas.enums import SWITCHES, PhaseKind
from ideas.facts import ContestPhaseChanged, IdeaBroughtBack, IdeaDecided, IdeaSetAside
from ideas.models import Contest, Idea, Vote


@handles(ContestPhaseChanged)
def tell_participants(delivery: Delivery[ContestPhaseChanged]) -> None:
    """Authors learn that the vote begins; authors and voters that the results are there; authors what was decided."""
    fact = delivery.fact
    contest = Contest.objects.filter(pk=fact.contest_id).first()
    if contest is None:
        return
    ideas = Idea.objects.shown().filter(contest=contest)
    authors = ideas.values_list("author_id", flat=True)
    if fact.phase == PhaseKind.VOTING and contest.phase == PhaseKind.VOTING:  # after downtime it may be over
        _tell_all(delivery, contest, set(authors), "voting")
    elif SWITCHES[PhaseKind(fact.phase)].counts_visible and not SWITCHES[PhaseKind(fact.previous)].counts_visible:
        voters = Vote.objects.filter(contest=contest).exclude(voter=None).values_list("voter_id", flat=True)
        _tell_all(delivery, contest, {*authors, *voters}, "results")
        _tell_authors(delivery, ideas.filter(decided_at__lt=delivery.occurred_at).order_by("pk"))


@handles(IdeaDecided)
def tell_author(delivery: Delivery[IdeaDecided]) -> None:
    """An author learns of a decision; of one made while counts were hidden only when they are shown."""
    idea = Idea.objects.shown().filter(pk=delivery.fact.idea_id).select_related("contest").first()
    if idea is not None and SWITCHES[idea.contest.phase_by(delivery.occurred_at)].counts_visible:
        _tell_authors(delivery, [idea])


@handles(IdeaSetAside)
def tell_author_of_setting_aside(delivery: Delivery[IdeaSetAside]) -> None:
    """An author learns that their idea does not come to the vote, if that is still so."""
    ideas = Idea.objects.filter(pk=delivery.fact.idea_id, withdrawn_at=None, set_aside_at__isnull=False)
    _tell_authors(delivery, ideas, kind="set_aside")


@handles(IdeaBroughtBack)
def tell_author_of_return(delivery: Delivery[IdeaBroughtBack]) -> None:
    """An author learns that their idea is in the contest again."""
    _tell_authors(delivery, Idea.objects.shown().filter(pk=delivery.fact.idea_id), kind="brought_back")


def _tell_all(delivery: Delivery[Any], contest: Contest, people: set[int], kind: str) -> None:
    # Each in their own language: a notification keeps the title it came with.
    speakers = Member.objects.filter(pk__in=people, erased_at=None).order_by("pk").values_list("pk", "language")
    notify(
        Notice(
            recipient_id=member_id,
            kind=f"ideas.{kind}",
            subject=f"contest:{contest.pk}",
            actor_id=SYSTEM,
            url=contest.get_absolute_url(),
            title=contest.title_zh if language.startswith("zh") else contest.title_en,
            at=delivery.occurred_at,
            event_id=delivery.event_id,
        )
        for member_id, language in speakers
    )


def _tell_authors(delivery: Delivery[Any], ideas: Iterable[Idea], *, kind: str = "decided") -> None:
    notify(
        Notice(
            recipient_id=idea.author_id,
            kind=f"ideas.{kind}",
            subject=f"idea:{idea.pk}",
            actor_id=SYSTEM,
            url=idea.get_absolute_url(),
            title=idea.title,
            at=delivery.occurred_at,
            event_id=delivery.event_id,
        )
        for idea in ideas
        if idea.author_id
    )


register_kind(
    "ideas.voting",
    gettext_lazy("Votes begin"),
    gettext_lazy("You handed in an idea"),
    lambda told: _("The vote is open: “%(title)s”") % vars(told),
)
register_kind(
    "ideas.results",
    gettext_lazy("Results"),
    gettext_lazy("You took part"),
    lambda told: _("The results are here: “%(title)s”") % vars(told),
)
register_kind(
    "ideas.decided",
    gettext_lazy("Decisions on your ideas"),
    gettext_lazy("Your idea"),
    lambda told: _("Your idea was decided, with a reason: “%(title)s”") % vars(told),
)
register_kind(
    "ideas.set_aside",
    gettext_lazy("Ideas of yours that were set aside"),
    gettext_lazy("Your idea"),
    lambda told: _("Your idea was set aside, with a reason: “%(title)s”") % vars(told),
)
register_kind(
    "ideas.brought_back",
    gettext_lazy("Ideas of yours that came back"),
    gettext_lazy("Your idea"),
    lambda told: _("Your idea is in the contest again: “%(title)s”") % vars(told),
)
