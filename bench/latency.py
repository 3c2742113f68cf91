"""From act to searchable: how long after a member's act commits the marketer finds them by it, and readers the text.

A relay of its own delivers, on SQLite or the PostgreSQL of DATABASE_URL, with the embedded engine or the Elasticsearch
of ELASTICSEARCH_URL. Acts come at irregular moments; ``--load`` others a second act at the same time.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import tools

tools.setup()

from django.conf import settings
from django.core.management import call_command
from django.db import connection
from facts import WORDS, members

from community.kernel.api import now
from community.members.models import Member
from community.search.api import Query, query, query_tokens
from forums.api import ensure_board, open_topic
from forums.models import Board

PATIENCE = 30.0
LOOK_AGAIN = 0.003


def wait_for(asked: Query, index: str) -> None:
    """Look until something is found. Raises SystemExit where nothing is for half a minute."""
    until = time.perf_counter() + PATIENCE
    while not query(index, asked).total:
        if time.perf_counter() > until:
            raise SystemExit(f"not found in the index {index} within {PATIENCE:.0f} s")
        time.sleep(LOOK_AGAIN)


def write(author: Member, board: Board, text: str, chance: random.Random) -> None:
    """Open a topic through the service, as a page does."""
    source = " ".join([*chance.choices(WORDS, k=30), text, *chance.choices(WORDS, k=10)])
    open_topic(author=author, board=board, title=" ".join(chance.choices(WORDS, k=5)), source=source, now=now())


def others(people: list[Member], board: Board, a_second: float, stop: threading.Event) -> Callable[[], None]:
    """So many acts a second by others, until stopped."""
    chance = random.Random(5)

    def run() -> None:
        while not stop.wait(chance.expovariate(a_second)):
            write(chance.choice(people), board, "winter tyres", chance)
        connection.close()

    return run


def main() -> None:
    """Measure the audience's index and the content's, act by act."""
    options = tools.parser(__doc__ or "")
    options.add_argument("--acts", type=int, default=150)
    options.add_argument("--load", type=float, default=10.0)
    chosen = options.parse_args()
    with tools.database() as vendor:
        call_command("load_vocabulary", verbosity=0)
        ids = members(chosen.acts + 50)
        people = list(Member.objects.filter(pk__in=ids).order_by("pk"))
        board, chance = ensure_board(slug="bench", title_en="Bench", title_zh="测试"), random.Random(3)
        tools.deliver_all(seconds=300)
        from community.search.registry import close_engines

        close_engines()  # the relay is the one writer from here on
        relay = subprocess.Popen(
            [sys.executable, "manage.py", "relay"],
            cwd=tools.ROOT,
            env={**os.environ, **tools.same_database()},
            stdout=subprocess.DEVNULL,
        )
        stop = threading.Event()
        crowd = threading.Thread(target=others(people[chosen.acts :], board, max(chosen.load, 0.001), stop))
        found: dict[str, list[float]] = {"a member by what they wrote": [], "the text by its words": []}
        try:
            time.sleep(4)
            crowd.start()
            for number, author in enumerate(people[: chosen.acts]):
                time.sleep(chance.uniform(0.02, 0.4))
                write(author, board, f"roof rack sign{number}", chance)
                start = time.perf_counter()
                least = {"interests": {"roof-rack": 0.5}}
                wait_for(Query(must={"member": (str(author.pk),)}, least=least, size=1), "audience")
                found["a member by what they wrote"].append((time.perf_counter() - start) * 1000)
                wait_for(Query(words=tuple(query_tokens(f"sign{number}")), size=1), "content")
                found["the text by its words"].append((time.perf_counter() - start) * 1000)
        finally:
            stop.set()
            crowd.join()
            relay.terminate()
            relay.wait(timeout=60)
        engine = "elasticsearch" if settings.ELASTICSEARCH_URL else "embedded"
        print(f"{vendor}, {engine}, beside {chosen.load:g} other acts a second ({tools.machine()}); ms from commit")
        rows = [
            (name, len(values), tools.percentile(values, 0.5), tools.percentile(values, 0.95), max(values))
            for name, values in found.items()
        ]
        tools.table(("found", "acts", "p50", "p95", "slowest"), rows)
        connection.close()


if __name__ == "__main__":
    main()
