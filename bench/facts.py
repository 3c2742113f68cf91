"""Facts per second from act to profile: published one a transaction, delivered by relays, profiles and index current.

First each half alone, then both together: one process publishes as fast as it can while a relay of its own delivers.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
import tools

tools.setup()

from django.core.management import call_command  # noqa: E402 - after Django is set up
from django.db import connection, transaction  # noqa: E402

from community.consent.models import Permission  # noqa: E402
from community.kernel.api import now, publish  # noqa: E402
from community.kernel.models import OutboxEvent, OutboxState  # noqa: E402
from community.kernel.relay import Relay  # noqa: E402
from community.members.models import Member  # noqa: E402
from crm_bridge.models import Keyword, Profile, Signal  # noqa: E402
from forums.facts import PostWritten  # noqa: E402

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


def act(chance: random.Random, ids: list[int], names: list[str], number: int) -> None:
    """One post in a transaction of its own, as a page would write it."""
    text = " ".join([*chance.choices(WORDS, k=40), chance.choice(names), *chance.choices(WORDS, k=20)])
    fact = PostWritten(
        member_id=chance.choice(ids), topic_id=number % 500, post_id=number, board_id=1, title="A long trip", text=text
    )
    with transaction.atomic():
        publish(fact, now=now())


def waiting() -> bool:
    """Whether facts are pending."""
    return OutboxEvent.objects.filter(state=OutboxState.PENDING).exists()


def main() -> None:
    """Measure on the database of DATABASE_URL, or SQLite."""
    options = tools.parser(__doc__ or "")
    options.add_argument("--facts", type=int, default=10_000)
    options.add_argument("--members", type=int, default=2_000)
    chosen = options.parse_args()
    with tools.database() as vendor:
        call_command("load_vocabulary", verbosity=0)
        names = list(Keyword.objects.values_list("name_en", flat=True))
        ids, chance = members(chosen.members), random.Random(3)
        Relay().drain(seconds=300)
        rows = []

        start = time.perf_counter()
        for number in range(chosen.facts):
            act(chance, ids, names, number)
        rows.append(("published alone, one a transaction", chosen.facts / (time.perf_counter() - start)))

        start = time.perf_counter()
        assert Relay().drain(seconds=1200)
        rows.append(("delivered alone, to profile and index", chosen.facts / (time.perf_counter() - start)))

        relay = subprocess.Popen(
            [sys.executable, "manage.py", "relay"],
            cwd=tools.ROOT,
            env={**os.environ, **_same_database()},
            stdout=subprocess.DEVNULL,
        )
        try:
            time.sleep(4)
            start = time.perf_counter()
            for number in range(chosen.facts, 2 * chosen.facts):
                act(chance, ids, names, number)
            while waiting():
                if relay.poll() is not None:
                    raise SystemExit("the relay ended before its work did")
                time.sleep(0.02)
            rows.append(("from act to profile, both at once", chosen.facts / (time.perf_counter() - start)))
        finally:
            relay.terminate()
            relay.wait(timeout=60)
        assert Signal.objects.values("source_id").distinct().count() == 2 * chosen.facts
        assert Profile.objects.filter(acts__gt=0).count() > 0
        print(f"{vendor}, {chosen.facts} facts of {chosen.members} members ({tools.machine()})")
        tools.table(("what", "facts/s"), rows)
        connection.close()


def _same_database() -> dict[str, str]:
    """The environment in which another process finds this benchmark's database."""
    found = connection.settings_dict
    if connection.vendor == "sqlite":
        return {"DATABASE_URL": f"sqlite:///{found['NAME']}"}
    host, port, user = found["HOST"], found["PORT"], found["USER"]
    secret = f":{found['PASSWORD']}" if found["PASSWORD"] else ""
    return {"DATABASE_URL": f"postgres://{user}{secret}@{host}:{port}/{found['NAME']}"}


if __name__ == "__main__":
    main()
