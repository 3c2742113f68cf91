"""What contests do as time goes on, and what they show in others' places. No hidden count leaves here."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from difflib import get_close_matches
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from community.inbox.api import ChannelState
from community.kernel.api import each_round, fills, lock_rows, now, primary_keys_of, recountable
from community.members.api import Role, has_role
from community.pages.api import FeedItem, briefs_of
from community.search.api import ContentDocument, ContentKind, Found, register_content
from ideas import queries
from ideas.counts import number_differences, repair_numbers, repair_votes, vote_differences
from ideas.enums import PhaseKind
from ideas.erasure import erase_from_contests
from ideas.models import Contest, Idea, Vote, VoteEvent
from ideas.services import advance_contests

SOON = timedelta(days=7)
NEAR = 3


@each_round
def advance() -> int:
    """Enter the phases whose time has come."""
    return advance_contests(now=now())


@fills("live.channel")
def channel_state(user: Any, kind: str, number: int) -> ChannelState | None:
    """Contests are public once they are no drafts."""
    if kind != "contest":
        return None
    contest = Contest.objects.prefetch_related("phases").filter(pk=number).first()
    visible = contest is not None and contest.switches_at(now()).visible
    return ChannelState(contest.sequence) if contest and visible else None


@fills("pictures.shown")
def pictures_shown(names: Collection[str]) -> set[str]:
    """Pictures of posts that a shown idea has in its text, or leads to."""
    return queries.pictures_named(names)


@fills("media.limited")
def picture_limit(path: str) -> Callable[[Any], bool] | None:
    """The picture of an idea that was set aside is as little for everybody as the idea."""
    return queries.who_sees_picture(path)


@fills("home.feed", order=20)
def home_feed(member: Any, limit: int) -> list[FeedItem]:
    """Contests that want something of the reader."""
    at = now()
    found = [contest for contest in queries.visible_contests(now=at) if _wants(contest, at)][:limit]
    voted = queries.voted_in(member.pk) if found and member is not None else set()
    briefs = briefs_of([contest.slug for contest in found])
    items = [_item(contest, at, signed_in=member is not None, voted=contest.pk in voted) for contest in found]
    return [
        replace(item, excerpt=brief.lead, scene=brief.scene) if (brief := briefs.get(contest.slug)) else item
        for contest, item in zip(found, items, strict=True)
    ]


def _wants(contest: Contest, at: datetime) -> bool:
    switches = contest.switches_at(at)
    return switches.may_submit or switches.may_vote


def _item(contest: Contest, at: datetime, *, signed_in: bool, voted: bool) -> FeedItem:
    voting = contest.switches_at(at).may_vote
    reason = (_("You voted here") if voted else _("You have one vote")) if voting else _("Ideas are wanted")
    entered = max(phase.starts_at for phase in contest.phases.all() if phase.starts_at <= contest.moment(at))
    return FeedItem(
        key=f"contest:{contest.pk}",
        url=contest.get_absolute_url(),
        title=contest.title,
        excerpt="",
        at=entered,
        reason=reason,
        why="you" if voting and signed_in and not voted else "ring",
        label=pgettext("section", "Ideas"),
    )


@fills("space.sections", order=30)
def space_section(request: HttpRequest, member: Any) -> SafeString:
    """The ideas of a member, without counts; nothing for who handed in none."""
    shown = Idea.objects.shown().filter(author=member).exclude(contest__phase=PhaseKind.DRAFT)
    ideas = list(shown.order_by("-submitted_at")[:6])
    return render_to_string("ideas/space_section.html", {"ideas": ideas}, request) if ideas else SafeString()


@fills("console.nav")
def console_nav(user: Any) -> dict[str, Any]:
    """The brand manager's contests in the Workbench."""
    return {"url": "ideas:desk", "label": gettext_lazy("Contests"), "roles": ("brand_manager",)}


@fills("console.due")
def console_due(user: Any) -> list[dict[str, Any]]:
    """Contests that enter a phase within a week; drafts only for those who run them."""
    runs = has_role(user, Role.BRAND_MANAGER)
    return [
        {
            "url": reverse("ideas:desk_contest", args=[contest.slug]) if runs else contest.get_absolute_url(),
            "title": contest.title,
            "what": _("%(phase)s begins") % {"phase": PhaseKind(phase.kind).label},
            "at": phase.starts_at,
        }
        for phase, contest, draft in queries.phases_within(SOON, now=now())
        if runs or not draft
    ]


@fills("inbox.titles")
def titles(kind: str, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """What notifications call ideas, and where they lead: the title stands in the address."""
    ideas = Idea.objects.in_bulk(ids) if kind == "idea" else {}
    return {pk: (idea.title, idea.get_absolute_url()) for pk, idea in ideas.items()}


@fills("contest.frozen")
def frozen_contests(slugs: Collection[str], *, hold: bool = False) -> set[str]:
    """Which of these contests somebody voted in. With ``hold`` nobody votes in them until the transaction ends."""
    if hold:
        lock_rows(Contest.objects.filter(slug__in=slugs))
    return queries.frozen_among(slugs)


@fills("contest.unknown")
def unknown_contest(slug: str) -> dict[str, list[str]]:
    """Nothing for a contest's address; for another one those that look like it."""
    known = list(Contest.objects.values_list("slug", flat=True))
    return {} if slug in known else {"near": get_close_matches(slug, known, n=NEAR)}


@fills("votes.results_due")
def results_due(idea_ids: Collection[int], at: datetime) -> dict[int, datetime | None]:
    """Of ideas, those whose votes are secret still, with when the results come; None where they never do."""
    return queries.results_due(idea_ids, now=at)


@fills("contest.results_since")
def results_since(idea_ids: Collection[int], at: datetime) -> dict[int, datetime]:
    """Of ideas, those whose contest shows its results, and with them what was decided, with since when."""
    return queries.results_since(idea_ids, now=at)


@fills("members.erase")
def erase(member_id: int) -> None:
    """Ideas stay without a name and a picture; of those taken back nothing stays; votes go or lose the voter."""
    erase_from_contests(member_id, now=now())


@fills("members.explain")
def explain(member_id: int) -> dict[str, Any]:
    """What contests keep of a member; not what the brand decided before everybody may know."""
    at = now()
    mine = Idea.objects.filter(author_id=member_id).order_by("pk").select_related("contest")
    ideas = [_explained(idea, at) for idea in mine.prefetch_related("contest__phases")]
    votes = Vote.objects.filter(voter_id=member_id).order_by("pk")
    changes = VoteEvent.objects.filter(voter_id=member_id).order_by("pk")
    return {
        "ideas": ideas,
        "votes": [
            {"contest": contest, "idea": title, "at": at}
            for contest, title, at in votes.values_list("contest__slug", "idea__title", "at")
        ],
        "vote_changes": [
            {"contest": contest, "idea_id": idea, "previous_id": previous, "at": at}
            for contest, idea, previous, at in changes.values_list("contest__slug", "idea_id", "previous_id", "at")
        ],
    }


def _explained(idea: Idea, at: datetime) -> dict[str, Any]:
    """An idea in no language: the brand's reason as it is in both."""
    shown = idea.contest.switches_at(at).counts_visible
    return {
        "contest": idea.contest.slug,
        "title": idea.title,
        "source": idea.source,
        "picture": idea.picture.name,
        "submitted_at": idea.submitted_at,
        "edited_at": idea.edited_at,
        "withdrawn_at": idea.withdrawn_at,
        "set_aside_at": idea.set_aside_at,
        "set_aside": idea.set_aside_reason,
        "decision": idea.decision if shown else "",
        "reason_en": idea.reason_en if shown else "",
        "reason_zh": idea.reason_zh if shown else "",
    }


def load(ids: Sequence[int]) -> Iterable[ContentDocument]:
    """Ideas of contests that are no drafts; popularity stays out, it would give counts away."""
    ideas = Idea.objects.shown().filter(pk__in=ids).exclude(contest__phase=PhaseKind.DRAFT)
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
    ideas = Idea.objects.shown().filter(pk__in=ids).exclude(contest__phase=PhaseKind.DRAFT)
    return {
        idea.pk: Found(
            url=idea.get_absolute_url(),
            title=idea.title,
            body=idea.text,
            at=idea.submitted_at,
            by_id=idea.author_id,
            place_name=idea.contest.title,
            place_url=idea.contest.get_absolute_url(),
            language=idea.language,
        )
        for idea in ideas.select_related("contest")
    }


register_content(
    ContentKind(
        kind="idea",
        label=gettext_lazy("Ideas"),
        single=pgettext_lazy("kind", "Idea"),
        load=load,
        all_ids=lambda: primary_keys_of(Idea.objects.shown()),
        present=present,
    )
)
recountable("ideas: votes", check=vote_differences, repair=repair_votes)
recountable("ideas: numbers", check=number_differences, repair=repair_numbers)
