"""CPU and wall time per request of a topic page, a list and a reply, as guest and as member.

    .venv/bin/python bench/requests.py [--rounds 200] [--profile topic-guest]

Runs in a database of its own, in one process, with what production runs with: no debugging, cached templates,
compressed and hashed style sheets. The members' pages include reading sessions, unread states and the bell.
The whole stack of middleware is passed; the network and the HTTP server are not. Posts and rows that were shown before
are not made again; ``new`` are pages nobody has read since the process began. Where neighbours share the machine, the
10th percentile is nearest to what the code costs by itself.
"""

from __future__ import annotations

import argparse
import cProfile
import itertools
import os
import platform
import pstats
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parent.parent
AIMS = {"topic": 10.0, "list": 8.0, "reply": 12.0}
WARM_UP = 20
BEGIN = datetime(2026, 1, 5, 8, tzinfo=UTC)
WORDS = (
    *("roof", "rack", "steel", "bars", "box", "winter", "tyres", "tent", "alps"),
    *("coast", "camp", "engine", "light", "bolt", "load", "road", "trip"),
)
HAN = "车顶行李架安装教程周末自驾露营海岸山路冬季轮胎保养"


def set_up(folder: str) -> None:
    """Django with production's settings on an empty SQLite database."""
    for server in ("DATABASE_URL", "REDIS_URL", "ELASTICSEARCH_URL"):
        os.environ.pop(server, None)
    os.environ["PADDOCK_HOME"] = folder
    os.environ["PADDOCK_SECRET_KEY"] = "bench" * 12
    os.environ["PADDOCK_HOSTS"] = "bench.example"
    os.environ["PADDOCK_URL"] = "https://bench.example"
    os.environ["DJANGO_SETTINGS_MODULE"] = "community.settings.prod"
    sys.path[0] = str(ROOT)  # instead of this folder, where this file would hide the package of its name
    import django
    from django.core.management import call_command

    django.setup()
    call_command("migrate", verbosity=0)
    call_command("collectstatic", interactive=False, verbosity=0)
    call_command("compress", verbosity=0)


def text(rng: random.Random) -> str:
    """A post of a few sentences, one in five Chinese."""
    if rng.random() < 0.2:
        return "".join(rng.choices(HAN, k=120)) + "。"
    words = " ".join(rng.choices(WORDS, k=70))
    return f"{words}\n\n- **{rng.choice(WORDS)}**\n- {rng.choice(WORDS)}\n\n> {rng.choice(WORDS)} https://a.example/x"


def fill(rng: random.Random) -> dict[str, Any]:
    """60 members, a board of 90 topics, one topic of 5,000 posts."""
    from community.members.api import register
    from forums.api import ensure_board, open_topic, write_post
    from forums.models import Post, Topic

    people = [register(username=f"member{n}x", email=f"m{n}@example.org", password=None, now=BEGIN) for n in range(60)]
    board = ensure_board(slug="bench", title_en="Bench", title_zh="测试")
    at = BEGIN
    for number in range(90):
        at += timedelta(minutes=7)
        title = " ".join(rng.choices(WORDS, k=5)) + f" {number}"
        topic = open_topic(author=rng.choice(people), board=board, title=title, source=text(rng), now=at)
        for _ in range(rng.randint(0, 6)):
            at += timedelta(minutes=3)
            write_post(author=rng.choice(people), topic=topic, source=text(rng), now=at)
    long = open_topic(author=people[0], board=board, title="The long one", source=text(rng), now=at)
    for _ in range(45):
        write_post(author=rng.choice(people), topic=long, source=text(rng), now=at)
    pattern = list(Post.objects.filter(topic=long, number__gt=1)[:40])
    rows = [
        Post(
            topic=long,
            author_id=rng.choice(people).pk,
            number=number,
            source=pattern[number % 40].source,
            html=pattern[number % 40].html,
            text=pattern[number % 40].text,
            written_at=at + timedelta(minutes=number),
        )
        for number in range(47, 5001)
    ]
    Post.objects.bulk_create(rows, batch_size=500)
    Topic.objects.filter(pk=long.pk).update(last_number=5000, post_count=5000, last_post_at=rows[-1].written_at)
    long.refresh_from_db()
    return {"board": board, "long": long, "reader": people[7], "people": people}


def cases(site: dict[str, Any], rng: random.Random) -> dict[str, Callable[[], None]]:
    """What is measured, by name: the first word names the aim."""
    from django.core.cache import cache
    from django.test import Client

    guest, member = Client(SERVER_NAME="bench.example"), Client(SERVER_NAME="bench.example")
    member.force_login(site["reader"])
    topic, board = site["long"].get_absolute_url(), site["board"].get_absolute_url()
    send_to = f"/topics/{site['long'].pk}/reply/"

    def page_of(client: Client, address: str, **query: str) -> Callable[[], None]:
        def run() -> None:
            answer = client.get(address, query, secure=True)
            assert answer.status_code == 200, answer.status_code

        return run

    def pages_in_turn(client: Client, address: str) -> Callable[[], None]:
        numbers = itertools.cycle(range(2, 250))  # more posts than are kept: each is made anew

        def run() -> None:
            page_of(client, address, page=str(next(numbers)))()

        return run

    def send() -> None:
        cache.clear()  # the limit of posts a minute is not what is measured
        answer = member.post(send_to, {"source": text(rng)}, secure=True)
        assert answer.status_code == 302, answer.status_code

    return {
        "topic-guest": page_of(guest, topic),
        "topic-guest-end": page_of(guest, topic, page="250"),
        "topic-guest-new": pages_in_turn(guest, topic),
        "topic-member": page_of(member, topic),
        "topic-member-end": page_of(member, topic, page="250"),
        "topic-member-new": pages_in_turn(member, topic),
        "list-guest": page_of(guest, board),
        "list-member": page_of(member, board),
        "reply-member": send,
    }


def measure(run: Callable[[], None], rounds: int) -> tuple[float, float, float, float]:
    """Of a request in milliseconds: median CPU, its 10th percentile, median wall and its 95th percentile."""
    for _ in range(WARM_UP):
        run()
    cpu, wall = [], []
    for _ in range(rounds):
        at, spent = time.perf_counter(), time.process_time()
        run()
        cpu.append(1000 * (time.process_time() - spent))
        wall.append(1000 * (time.perf_counter() - at))
    undisturbed = statistics.quantiles(cpu, n=10)[0]
    return statistics.median(cpu), undisturbed, statistics.median(wall), statistics.quantiles(wall, n=20)[18]


def profiled(run: Callable[[], None], rounds: int) -> None:
    """Where the time of one case goes."""
    for _ in range(WARM_UP):
        run()
    profile = cProfile.Profile()
    profile.enable()
    for _ in range(rounds):
        run()
    profile.disable()
    pstats.Stats(profile).sort_stats("cumulative").print_stats(60)


def main() -> int:
    """Print a table; 1 where an aim is missed."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=200)
    parser.add_argument("--profile", help="profile this case instead")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        set_up(folder)
        rng = random.Random(7)
        found = cases(fill(rng), rng)
        if options.profile:
            profiled(found[options.profile], options.rounds)
            return 0
        print(f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cores, SQLite")
        print("| request | CPU ms | CPU p10 | wall ms | wall p95 | aim (CPU) |")
        print("| --- | ---: | ---: | ---: | ---: | ---: |")
        missed = 0
        for name, run in found.items():
            cpu, undisturbed, wall, slow = measure(run, options.rounds)
            aim = AIMS[name.partition("-")[0]]
            missed += cpu > aim
            print(f"| {name} | {cpu:.1f} | {undisturbed:.1f} | {wall:.1f} | {slow:.1f} | {aim:.0f} |", flush=True)
        return 1 if missed else 0


if __name__ == "__main__":
    sys.exit(main())
