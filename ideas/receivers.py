"""What contests do when facts arrive, and what they show in others' places. No hidden count leaves here."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from community.inbox.api import notify, register_kind
from community.kernel.api import Delivery, fills, handles, now, recountable
from community.pages.api import FeedItem
from community.search.api import ContentDocument, ContentKind, Found, register_content
from ideas import queries
from ideas.enums import PhaseKind
from ideas.facts import ContestPhaseChanged
from ideas.models import Contest, Idea, Vote, VoteEvent

TOLD_OF = {PhaseKind.VOTING, PhaseKind.RESULTS}


@handles(ContestPhaseChanged)
def tell_participants(delivery: Delivery[ContestPhaseChanged]) -> None:
    """Authors and voters learn that the vote begins and that the results are there."""
    fact = delivery.fact
    if fact.phase not in TOLD_OF:
        return
    contest = Contest.objects.filter(pk=fact.contest_id).first()
    if contest is None:
        return
    authors = Idea.objects.filter(contest=contest, withdrawn_at=None).values_list("author_id", flat=True)
    voters = Vote.objects.filter(contest=contest).exclude(voter=None).values_list("voter_id", flat=True)
    for member_id in sorted({*authors, *voters}):
        notify(
            recipient_id=member_id,
            kind=f"ideas.{fact.phase}",
            subject=f"contest:{contest.pk}",
            actor_id=0,
            url=contest.get_absolute_url(),
            title=contest.title_en,
            at=delivery.occurred_at,
            event_id=delivery.event_id,
        )


register_kind(
    "ideas.voting",
    gettext_lazy("Votes begin"),
    lambda who, n, title: _("The vote is open: “%(title)s”") % {"title": title},
)
register_kind(
    "ideas.results",
    gettext_lazy("Results"),
    lambda who, n, title: _("The results are here: “%(title)s”") % {"title": title},
)


@fills("live.may_listen")
def may_listen(user: Any, kind: str, number: int) -> bool:
    """Contests are public once they are no drafts."""
    if kind != "contest":
        return False
    contest = Contest.objects.prefetch_related("phases").filter(pk=number).first()
    return contest is not None and contest.switches_at(now()).visible


@fills("home.feed", order=20)
def home_feed(member: Any, limit: int) -> list[FeedItem]:
    """Contests that want something of the reader."""
    at = now()
    found = [contest for contest in queries.visible_contests(now=at) if _wants(contest, at)]
    return [_item(contest, member, at) for contest in found[:limit]]


def _wants(contest: Contest, at: Any) -> bool:
    switches = contest.switches_at(at)
    return switches.may_submit or switches.may_vote


def _item(contest: Contest, member: Any, at: Any) -> FeedItem:
    voting = contest.switches_at(at).may_vote
    voted = member is not None and Vote.objects.filter(contest=contest, voter=member).exists()
    reason = (_("You voted here") if voted else _("You have one vote")) if voting else _("Ideas are wanted")
    entered = max(phase.starts_at for phase in contest.phases.all() if phase.starts_at <= at)
    return FeedItem(
        key=f"contest:{contest.pk}",
        url=contest.get_absolute_url(),
        title=contest.title,
        excerpt="",
        at=entered,
        reason=reason,
        why="you" if voting and member is not None and not voted else "ring",
        label=_("Ideas"),
    )


@fills("space.sections", order=30)
def space_section(request: HttpRequest, member: Any) -> SafeString:
    """The ideas of a member, without counts."""
    ideas = Idea.objects.filter(author=member, withdrawn_at=None).exclude(contest__phase=PhaseKind.DRAFT)
    return render_to_string("ideas/space_section.html", {"ideas": list(ideas.order_by("-submitted_at")[:6])}, request)


@fills("console.nav")
def console_nav(user: Any) -> dict[str, Any]:
    """The brand manager's contests in the Workbench."""
    return {"url": "ideas:desk", "label": gettext_lazy("Contests"), "roles": ("brand_manager",)}


@fills("members.erase")
def erase(member_id: int) -> None:
    """Ideas stay without a name. Votes in an open contest go; in a closed one the count stays, the voter does not."""
    at = now()
    contests = Contest.objects.filter(votes__voter_id=member_id).order_by("pk").prefetch_related("phases")
    for contest in contests.select_for_update(of=("self",)):
        vote = Vote.objects.get(contest=contest, voter_id=member_id)
        if contest.switches_at(at).counts_visible:
            Vote.objects.filter(pk=vote.pk).update(voter=None)
        else:
            Idea.objects.filter(pk=vote.idea_id).update(vote_count=F("vote_count") - 1)
            vote.delete()
    VoteEvent.objects.filter(voter_id=member_id).update(voter_id=None)


@fills("members.explain")
def explain(member_id: int) -> dict[str, Any]:
    """What contests keep of a member."""
    ideas = Idea.objects.filter(author_id=member_id).values("title", "source", "submitted_at", "decision")
    votes = Vote.objects.filter(voter_id=member_id).values("contest__slug", "idea__title", "at")
    return {"ideas": list(ideas), "votes": list(votes)}


def load(ids: Sequence[int]) -> Iterable[ContentDocument]:
    """Ideas of contests that are no drafts; popularity stays out, it would give counts away."""
    ideas = Idea.objects.filter(pk__in=ids, withdrawn_at=None).exclude(contest__phase=PhaseKind.DRAFT)
    for idea in ideas:
        yield ContentDocument(
            id=idea.pk,
            title=idea.title,
            body=idea.text,
            language=idea.language,
            readers=("public",),
            created_at=idea.submitted_at,
            author_id=idea.author_id,
            place=f"contest:{idea.contest_id}",
        )


def present(ids: Sequence[int], viewer: Any) -> Mapping[int, Found]:
    """Hits among ideas of visible contests."""
    ideas = Idea.objects.filter(pk__in=ids, withdrawn_at=None).exclude(contest__phase=PhaseKind.DRAFT)
    return {
        idea.pk: Found(
            idea.get_absolute_url(),
            idea.title,
            idea.text,
            idea.submitted_at,
            idea.author_id,
            idea.contest.title,
            idea.contest.get_absolute_url(),
            idea.language,
        )
        for idea in ideas.select_related("contest")
    }


register_content(
    ContentKind(
        "idea",
        gettext_lazy("Ideas"),
        load,
        lambda: Idea.objects.filter(withdrawn_at=None).values_list("pk", flat=True).iterator(),
        present,
    )
)
recountable("ideas: votes", check=queries.vote_differences, repair=queries.repair_votes)
