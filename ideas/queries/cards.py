"""Ideas as they are shown, page by page; no count before it may be known."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import Count, Q, QuerySet

from community.kernel.api import pages_of
from community.members.api import MemberCard, Role, cards, has_role
from ideas.enums import Decision
from ideas.models import PICTURES, Contest, Idea

IDEAS_A_PAGE = 30


@dataclass
class IdeaCard:
    """An idea as a reader may see it. While counts are hidden ``votes`` is None and there is no decision to show."""

    idea: Idea
    author: MemberCard | None
    votes: int | None
    voted: bool
    own: bool
    state: str
    decider: MemberCard | None = None

    @property
    def decision(self) -> str:
        """What the brand decided; empty while counts are hidden."""
        return "" if self.votes is None else self.idea.decision

    @property
    def decision_label(self) -> str:
        """The decision in the reader's language."""
        return str(Decision(self.decision).label) if self.decision else ""

    @property
    def reason(self) -> str:
        """Why, in the reader's language; empty while counts are hidden."""
        return self.idea.reason if self.decision else ""


@dataclass(frozen=True)
class IdeaPage:
    """A page of a contest's ideas; ``total`` is how many there are, ``found`` how many of them are looked for."""

    cards: list[IdeaCard]
    page: int
    pages: int
    found: int
    total: int


def ideas_of(contest: Contest) -> QuerySet[Idea]:
    """The ideas of a contest that everybody may see."""
    return Idea.objects.shown().filter(contest=contest)


def handed_in(contest: Contest) -> QuerySet[Idea]:
    """The ideas of a contest for those who run it: with those that were set aside."""
    return Idea.objects.filter(contest=contest, withdrawn_at=None)


def idea_page(
    contest: Contest,
    viewer: Any,
    *,
    now: datetime,
    seed: str = "",
    words: str = "",
    page: int = 1,
    voted_for: int | None = None,
) -> IdeaPage:
    """The ideas that have these words: by votes once counts are shown, before that in an order of the reader's own.

    That order is kept when an idea comes or goes. A page out of reach is the last one.
    """
    keys = list(ideas_of(contest).order_by("-vote_count", "number").values_list("pk", flat=True))
    total = len(keys)
    if words:
        said = ideas_of(contest).filter(Q(title__icontains=words) | Q(text__icontains=words))
        having = set(said.values_list("pk", flat=True))
        keys = [key for key in keys if key in having]
    if not contest.switches_at(now).counts_visible:
        keys.sort(key=lambda key: hashlib.blake2b(f"{contest.pk}:{seed}:{key}".encode(), digest_size=8).digest())
    pages = pages_of(len(keys), IDEAS_A_PAGE)
    page = min(page, pages)
    shown = keys[(page - 1) * IDEAS_A_PAGE : page * IDEAS_A_PAGE]
    held = Idea.objects.in_bulk(shown)
    ideas = [held[key] for key in shown if key in held]
    return IdeaPage(cards_for(ideas, contest, viewer, now=now, voted_for=voted_for), page, pages, len(keys), total)


def numbered_page(contest: Contest, viewer: Any, *, now: datetime, page: int) -> IdeaPage:
    """The ideas as they came in, as the brand decides about them, with those set aside, which ``total`` leaves out.

    A page out of reach is the last one.
    """
    aside = Q(set_aside_at__isnull=False)
    found = handed_in(contest).aggregate(all=Count("pk"), total=Count("pk", filter=~aside))
    pages = pages_of(found["all"], IDEAS_A_PAGE)
    page = min(page, pages)
    ideas = handed_in(contest).order_by("number")[(page - 1) * IDEAS_A_PAGE : page * IDEAS_A_PAGE]
    return IdeaPage(cards_for(list(ideas), contest, viewer, now=now), page, pages, found["all"], found["total"])


def page_of_number(idea: Idea) -> int:
    """On which of these pages an idea stands."""
    return pages_of(handed_in(idea.contest).filter(number__lte=idea.number).count(), IDEAS_A_PAGE)


def all_cards(contest: Contest, viewer: Any, *, now: datetime) -> list[IdeaCard]:
    """Every idea as it came in, for a file."""
    return cards_for(list(ideas_of(contest).order_by("number")), contest, viewer, now=now)


def cards_for(
    ideas: list[Idea], contest: Contest, viewer: Any, *, now: datetime, voted_for: int | None = None
) -> list[IdeaCard]:
    """Ideas with authors, in a constant number of queries. ``voted_for`` is the reader's own vote in the contest."""
    switches = contest.switches_at(now)
    deciders = [idea.decided_by_id for idea in ideas] if switches.counts_visible else []
    people = cards([*(idea.author_id for idea in ideas), *deciders])
    viewer_id = getattr(viewer, "pk", None)
    return [
        IdeaCard(
            idea,
            people.get(idea.author_id),
            idea.vote_count if switches.counts_visible else None,
            idea.pk == voted_for,
            idea.author_id == viewer_id,
            _state(idea, viewer_id, voted_for, may_vote=switches.may_vote),
            people.get(idea.decided_by_id or 0) if switches.counts_visible else None,
        )
        for idea in ideas
    ]


def _state(idea: Idea, viewer_id: int | None, voted_for: int | None, *, may_vote: bool) -> str:
    if not may_vote or idea.set_aside_at:
        return "closed"
    if viewer_id is None:
        return "guest"
    if idea.author_id == viewer_id:
        return "own"
    if voted_for == idea.pk:
        return "voted"
    return "elsewhere" if voted_for else "idle"


def place_of(card: IdeaCard) -> tuple[int, int] | None:
    """An idea's place by votes, equals sharing it, and of how many; None while counts are hidden."""
    if card.votes is None:
        return None
    found = ideas_of(card.idea.contest).aggregate(
        all=Count("pk"), better=Count("pk", filter=Q(vote_count__gt=card.votes))
    )
    return found["better"] + 1, found["all"]


def pictures_named(names: Collection[str]) -> set[str]:
    """Those of some files' names that a shown idea has as a picture or leads to, as its page has them."""
    shown = Idea.objects.filter(withdrawn_at=None, set_aside_at=None)
    return {name for name in names if shown.filter(_leading_to(f"{settings.MEDIA_URL}{name}")).exists()}


def _leading_to(address: str) -> Q:
    """Whether an attribute of a text ends with an address, or goes on with a query or a fragment."""
    return Q(html__contains=f'{address}"') | Q(html__contains=f"{address}?") | Q(html__contains=f"{address}#")


def who_sees_picture(path: str) -> Callable[[Any], bool] | None:
    """Of the picture of an idea that was set aside, its author and the brand managers; any other is for everybody."""
    if not path.startswith(PICTURES.partition("%")[0]):
        return None
    aside = Idea.objects.exclude(set_aside_at=None)
    author = aside.filter(picture=path).values_list("author_id", flat=True).first()
    if author is None:
        return None
    return lambda viewer: viewer.pk == author or has_role(viewer, Role.BRAND_MANAGER)
