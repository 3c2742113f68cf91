"""Content search among generated texts, on the embedded engine or Elasticsearch.

Texts are generated from a fixed seed: words with a long tail, two thirds English and one third Chinese, a tenth of them
topics with a title, the rest replies; one in twenty may be read by members only.
"""

from __future__ import annotations

import random
import sys
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import accumulate
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
import tools

tools.setup()

import searching

from community.search.content import SCHEMA
from community.search.port import Doc, Query
from community.search.text import query_tokens, tokens

NOW = datetime(2026, 11, 1, 12, tzinfo=UTC)
SYLLABLES = "ba de fi go lu ma ne pi ro su ta ve wi yo za kra sto pli dru gne".split()
HAN = "车顶行李架安装教程周末自驾露营海岸山路冬季轮胎保养发动机油耗空间舒适操控动力配置外观内饰价格安全高速城市雪地"
KNOWN = (("roof rack", 0.01), ("winter tyres", 0.004), ("speedometer", 0.0005))
KNOWN_HAN = (("行李架", 0.01), ("冬季轮胎", 0.004), ("里程表", 0.0005))


def words(count: int = 20_000) -> tuple[list[str], list[float]]:
    """Made-up words of two to four syllables, and their cumulative shares by Zipf's law."""
    chance = random.Random(11)
    found = dict.fromkeys("".join(chance.choices(SYLLABLES, k=chance.randint(2, 4))) for _ in range(2 * count))
    chosen = list(found)[:count]
    return chosen, list(accumulate(1 / (rank + 3) for rank in range(len(chosen))))


def documents(count: int) -> Iterator[Doc]:
    """So many texts."""
    chance = random.Random(7)
    vocabulary, shares = words()
    for number in range(count):
        chinese, topic = chance.random() < 1 / 3, chance.random() < 0.1
        if chinese:
            body = "".join(chance.choices(HAN, k=chance.randint(20, 160)))
        else:
            body = " ".join(chance.choices(vocabulary, cum_weights=shares, k=chance.randint(15, 120)))
        body += "".join(f" {term}" for term, share in (KNOWN_HAN if chinese else KNOWN) if chance.random() < share)
        title = body[:30] if topic else ""
        values: dict[str, Any] = {
            "title": tokens(title),
            "body": tokens(body),
            "kind": "topic" if topic else "post",
            "language": "zh-hans" if chinese else "en",
            "readers": ["member" if chance.random() < 0.05 else "public"],
            "place": f"board:{chance.randint(1, 40)}",
            "author": str(chance.randint(1, 5000)),
            "created": NOW - timedelta(minutes=int(chance.expovariate(1 / 500_000))),
            "popularity": float(chance.randint(1, 200)),
        }
        yield Doc(f"post:{number}", 1, values)


def questions() -> dict[str, Query]:
    """What is measured: as the search page asks it, for a guest."""
    facets = {"kind": 10, "language": 5}

    def asked(text: str, **more: Any) -> Query:
        return Query(words=tuple(query_tokens(text)), any={"readers": ("public",)}, facets=facets, size=20, **more)

    return {
        "one word": asked("roof"),
        "two words": asked("roof rack"),
        "a Chinese word": asked("行李架"),
        "two Chinese words": asked("冬季轮胎保养"),
        "a rare word": asked("speedometer"),
        "a very frequent word": asked(words()[0][0]),
        "a very frequent word, newest first": asked(words()[0][0], sort="-created"),
        "one word on one board": replace(
            asked("roof"), any={"readers": ("public",), "place": ("board:7",), "kind": ("topic",)}
        ),
    }


def main() -> None:
    """Fill, warm up, measure."""
    options = tools.parser(__doc__ or "")
    options.add_argument("--texts", type=int, default=200_000)
    options.add_argument("--engine", choices=searching.ENGINES, default=searching.ENGINES[0])
    options.add_argument("--rounds", type=int, default=100)
    chosen = options.parse_args()
    filling = documents(chosen.texts)
    searching.measure(SCHEMA, chosen.engine, filling, chosen.texts, questions(), rounds=chosen.rounds)


if __name__ == "__main__":
    main()
