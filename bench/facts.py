"""Facts per second from act to profile: published one a transaction, delivered by relays, profiles and index current.

First each half alone, then both together: facts are published as fast as can be while a relay of its own delivers.
PostgreSQL has two publishers at a time, as two web processes would be, SQLite one (``--publishers``).
The facts alone are published, without the rows of posts and votes that a page writes with them. Delivered alone they
are timed until all is written to the indexes and shown; together until all are handled, whatever still waits.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import tools

tools.setup()

from django.core.management import call_command
from django.db import connection, transaction
from django.db.models import Sum

from community.consent.models import Permission
from community.kernel.api import Fact, now, publish
from community.kernel.models import OutboxEvent, OutboxState
from community.members.models import Member
from community.search.api import close_engines
from community.traces.facts import SiteSearched
from crm_bridge.models import Keyword, Profile, Signal
from forums.api import ensure_board
from forums.facts import PostWritten
from forums.models import Post, Topic
from ideas.facts import IdeaVoted

WORDS = tuple("we drove through the night and the wind was loud until somebody found what had come loose".split())


def members(count: int) -> list[int]:
    """Members who permit a profile."""
    made = Member.objects.bulk_create(
        Member(username=f"bench{number}", skeleton=f"bench{number}", password="!") for number in range(count)
    )
    since = datetime(2020, 1, 1, tzinfo=UTC)
    Permission.objects.bulk_create(
        Permission(
            member_id=member.pk, purpose="profiling", channel="onsite", since=since, text_version="1", source="bench"
        )
        for member in made
    )
    return [member.pk for member in made]


def conversations(ids: list[int], count: int) -> list[int]:
    """Topics with their first posts, so that replies are told to somebody and reach the index."""
    board, at = ensure_board(slug="bench", title_en="Bench", title_zh="测试"), now()
    topics = Topic.objects.bulk_create(
        Topic(
            board=board,
            author_id=author,
            last_author_id=author,
            title=f"A long trip {number}",
            opened_at=at,
            last_post_at=at,
            post_count=1,
        )
        for number, author in enumerate(ids[:count])
    )
    Post.objects.bulk_create(
        Post(topic=topic, author_id=topic.author_id, number=1, text=" ".join(WORDS * 3), source="-", written_at=at)
        for topic in topics
    )
    return [topic.pk for topic in topics]


@dataclass(frozen=True)
class Scene:
    """Who acts, where, and what they may speak of."""

    chance: random.Random
    ids: list[int]
    topics: list[int]
    names: list[str]


def act(scene: Scene, number: int) -> None:
    """The fact of one act in a transaction of its own: of a reply (70 %), a search (20 %) or a vote."""
    kind, member_id, name = scene.chance.random(), scene.chance.choice(scene.ids), scene.chance.choice(scene.names)
    text = " ".join([*scene.chance.choices(WORDS, k=40), name, *scene.chance.choices(WORDS, k=20)])
    fact: Fact
    if kind < 0.7:
        topic_id = scene.chance.choice(scene.topics)
        fact = PostWritten(
            member_id=member_id, topic_id=topic_id, post_id=-number, board_id=1, title="A long trip", text=text
        )
    elif kind < 0.9:
        fact = SiteSearched(member_id=member_id, words=name, found=1)
    else:
        fact = IdeaVoted(
            member_id=member_id, idea_id=-number, contest_id=1, author_id=scene.ids[0], title=name, text=text
        )
    with transaction.atomic():
        publish(fact, now=now())


def publish_all(scene: Scene, numbers: Sequence[int], publishers: int) -> None:
    """Acts, by so many threads at a time, each with a connection of its own."""

    def share(first: int) -> None:
        try:
            for number in numbers[first::publishers]:
                act(scene, number)
        finally:
            connection.close()

    with ThreadPoolExecutor(publishers) as pool:
        list(pool.map(share, range(publishers)))


class Stopwatch:
    """Wall and CPU time from its making."""

    def __init__(self) -> None:
        self.wall, self.cpu = time.perf_counter(), time.process_time()

    def row(self, what: str, count: int) -> tuple[str, float, str]:
        """A line of the table: facts a second, and CPU time a fact."""
        wall, cpu = time.perf_counter() - self.wall, time.process_time() - self.cpu
        return what, count / wall, f"{cpu / count * 1000:.2f}"


def waiting() -> bool:
    """Whether facts are pending."""
    return OutboxEvent.objects.filter(state=OutboxState.PENDING).exists()


def main() -> None:
    """Measure on the database of DATABASE_URL, or SQLite."""
    options = tools.parser(__doc__ or "")
    options.add_argument("--facts", type=int, default=10_000)
    options.add_argument("--members", type=int, default=2_000)
    options.add_argument("--publishers", type=int, help="how many publish at a time; default: 2, on SQLite 1")
    chosen = options.parse_args()
    with tools.database() as vendor:
        call_command("load_vocabulary", verbosity=0)
        names = list(Keyword.objects.values_list("name_en", flat=True))
        ids = members(chosen.members)
        scene = Scene(random.Random(3), ids, conversations(ids, chosen.members // 4), names)
        tools.deliver_all(seconds=300)
        publishers = chosen.publishers or (2 if vendor == "postgresql" else 1)
        rows = []

        start = Stopwatch()
        publish_all(scene, range(chosen.facts), publishers)
        rows.append(start.row("published alone, one a transaction", chosen.facts))

        start = Stopwatch()
        tools.deliver_all(seconds=1200)
        rows.append(start.row("delivered alone, to profile and index", chosen.facts))
        close_engines()  # one process at a time writes to the embedded index

        relay = subprocess.Popen(
            [sys.executable, "manage.py", "relay"],
            cwd=tools.ROOT,
            env={**os.environ, **tools.same_database()},
            stdout=subprocess.DEVNULL,
        )
        try:
            time.sleep(4)
            start = Stopwatch()
            publish_all(scene, range(chosen.facts, 2 * chosen.facts), publishers)
            while waiting():
                if relay.poll() is not None:
                    raise SystemExit("the relay ended before its work did")
                time.sleep(0.02)
            rows.append(start.row("from act to profile, both at once", chosen.facts))
        finally:
            relay.terminate()
            relay.wait(timeout=60)
        assert Signal.objects.values("source", "source_id").distinct().count() == 2 * chosen.facts
        assert Profile.objects.aggregate(acts=Sum("acts"))["acts"] == 2 * chosen.facts
        print(
            f"{vendor}, {chosen.facts} facts of {chosen.members} members, {publishers} publishing ({tools.machine()})"
        )
        tools.table(("what", "facts/s", "CPU ms a fact, this process"), rows)
        connection.close()


if __name__ == "__main__":
    main()
