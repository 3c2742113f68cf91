"""The whole demo, loaded once."""

from __future__ import annotations

import random
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.management import call_command, get_commands
from django.db import transaction

from clubs.api import Club
from community.members.api import Member
from demo.content import WORDS, rows
from demo.loading.accounts import open_accounts
from demo.loading.cast import FOUNDED_DAYS, Cast
from demo.loading.contests import Contests
from demo.loading.conversations import Conversations
from demo.loading.habits import plan_searches
from demo.loading.places import make_pages, make_places, plan_joins
from demo.loading.timeline import Timeline
from demo.rhythm import Rhythm
from forums.api import Board, Post, Topic
from ideas.api import Contest, Idea, Vote

SEED = 7


@dataclass(frozen=True)
class Size:
    """How much there is."""

    members: int
    clubs: int
    boards: int
    topics: int
    posts: int
    contests: int
    ideas: int
    votes: int


def size() -> Size:
    """Count what is in the database."""
    kinds = (Member, Club, Board, Topic, Post, Contest, Idea, Vote)
    return Size(*(kind.objects.count() for kind in kinds))


def is_loaded() -> bool:
    """Whether the demo is there already. Contests stay, whatever visitors do; members may be erased."""
    slugs = [entry["slug"] for entry in rows("community", "contest")]
    return Contest.objects.filter(slug__in=slugs).exists()


@transaction.atomic
def load(*, now: datetime, show: bool = True) -> Size:
    """Load everything or, when interrupted, nothing. Loaded already, it changes nothing."""
    if is_loaded():
        return size()
    if "load_vocabulary" in get_commands():
        call_command("load_vocabulary", verbosity=0)
        call_command("load_vocabulary", str(WORDS), verbosity=0)
    chance = random.Random(SEED)
    make_places(now=now - timedelta(days=FOUNDED_DAYS))
    cast, rhythm, timeline = Cast(now=now, chance=chance), Rhythm(now=now, seed=SEED), Timeline()
    cast.plan(timeline)
    plan_joins(cast, timeline, chance)
    Conversations(cast, rhythm, chance).plan(timeline)
    Contests(cast, chance, now=now).plan(timeline)
    plan_searches(cast, timeline, chance)
    timeline.run(show=show)
    make_pages(cast, now=now)
    open_accounts([person.member for person in (*cast.members, *cast.staff)])
    return size()
