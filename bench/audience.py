"""Audience search among generated members, on the embedded engine or Elasticsearch.

Members are generated from a fixed seed: interests with a long tail, stages, clubs, cars, permissions, activity.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import tools

tools.setup()

import searching

from community.search.port import Doc, Query
from crm_bridge.audience.document import SCHEMA
from crm_bridge.audience.line import DEFAULT_PERMIT, Line, Names, Wanted
from crm_bridge.audience.services import facets_at, permitted, question
from crm_bridge.keywords.matcher import Matcher
from crm_bridge.keywords.vocabulary import Vocabulary
from crm_bridge.models import Keyword

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
TAGS = [f"keyword-{number}" for number in range(300)]
SHARES = [1 / (rank + 8) for rank in range(300)]  # a long tail
PERMITS = ["product_news:email", "offers:email", "product_news:push", "service:phone", "research:onsite"]
NAMES = [*"maja ingrid henrik saara mads liv oskar aino signe jakob elsa".split(), *"予安知远行舟桦牧满"]


def documents(count: int) -> Iterator[Doc]:
    """So many members."""
    chance = random.Random(7)
    for number in range(count):
        tags = sorted(set(chance.choices(TAGS, SHARES, k=chance.randint(0, 9))))
        active = NOW - timedelta(minutes=int(chance.expovariate(1 / 80_000)))
        values: dict[str, Any] = {
            "name": [chance.choice(NAMES), f"member{number}"],
            "about": chance.choices(NAMES, k=6),
            "interests": {tag: round(chance.uniform(0.2, 9.5), 2) for tag in tags},
            "stage": chance.choice(["consideration", "growth", "stable", "fading"]),
            "clubs": chance.sample([f"club-{n}" for n in range(30)], chance.randint(0, 3)),
            "owns": [f"model-{chance.randint(1, 25)}"],
            "language": chance.choice(["en", "zh"]),
            "permits": [permit for permit in PERMITS if chance.random() < 0.4],
            "active_at": active,
            "joined_at": active - timedelta(days=chance.randint(1, 1500)),
            "active_days": chance.randint(1, 300),
            "acts": chance.randint(1, 3000),
        }
        yield Doc(str(number + 1), 1, values)


def questions() -> dict[str, Query]:
    """What is measured."""
    facets = facets_at(NOW)
    everybody = Line()
    one = Line(interests=(Wanted("keyword-20"),))
    narrow = Line(interests=(Wanted("keyword-3", 2.0),), any={"stage": ("stable",)}, windows=(("active", "<", 30),))

    names = Names()
    names.vocabulary = Vocabulary(
        0, {"tour": Keyword(code="tour", name_en="Liv", name_zh="远行")}, Matcher([("long way", "tour")])
    )

    def listed(line: Line, *, with_facets: bool) -> Query:
        asked = replace(permitted(question(line, now=NOW, names=names), line), size=20)
        return replace(asked, facets=facets) if with_facets else asked

    return {
        "everybody, eight facets": listed(everybody, with_facets=True),
        "one interest, first page": listed(one, with_facets=False),
        "one interest, eight facets": listed(one, with_facets=True),
        "interest, stage and activity, eight facets": listed(narrow, with_facets=True),
        "everybody, only counted": question(everybody, now=NOW),
        "a name": listed(Line(words=("maja",)), with_facets=False),
        "a synonym": listed(Line(words=("long", "way")), with_facets=False),
    }


def main() -> None:
    """Fill, warm up, measure."""
    options = tools.parser(__doc__ or "")
    options.add_argument("--members", type=int, default=100_000)
    options.add_argument("--engine", choices=searching.ENGINES, default=searching.ENGINES[0])
    options.add_argument("--rounds", type=int, default=60)
    chosen = options.parse_args()
    print(f"permission asked: {':'.join(DEFAULT_PERMIT)}")
    filling = documents(chosen.members)
    searching.measure(SCHEMA, chosen.engine, filling, chosen.members, questions(), rounds=chosen.rounds)


if __name__ == "__main__":
    main()
