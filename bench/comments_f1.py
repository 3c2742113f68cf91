"""How well the vocabulary alone finds what a comment is about: micro-F1 against labelled comments.

    .venv/bin/python bench/comments_f1.py [FILE.csv]

FILE has the columns content_id, content and subject (one of the ten subjects' Chinese names; a comment with several
subjects has several rows). The words were chosen while looking at one half of ../shared/data/car-comments-zh, picked by
a hash of the id; the other half was held out. A file that nobody looked at is all "held out".
"""

from __future__ import annotations

import csv
import hashlib
import os
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

FILE = Path(__file__).parents[2] / "shared" / "data" / "car-comments-zh" / "comments.csv"


@dataclass
class Labelled:
    """A comment with its subjects."""

    text: str
    subjects: set[str] = field(default_factory=set)


@dataclass(frozen=True)
class Score:
    """How many subjects were found rightly, found wrongly and missed."""

    right: int
    wrong: int
    missed: int

    @property
    def precision(self) -> float:
        """Of what was found, how much is right."""
        return self.right / ((self.right + self.wrong) or 1)

    @property
    def recall(self) -> float:
        """Of what is there, how much was found."""
        return self.right / ((self.right + self.missed) or 1)

    @property
    def f1(self) -> float:
        """The harmonic mean of both."""
        return 2 * self.right / ((2 * self.right + self.wrong + self.missed) or 1)


def labelled(path: Path = FILE) -> dict[str, Labelled]:
    """The comments of a file by id."""
    found: dict[str, Labelled] = {}
    with path.open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            found.setdefault(row["content_id"], Labelled(row["content"])).subjects.add(row["subject"])
    return found


def held_out(content_id: str) -> bool:
    """Whether a comment is of the half that was not looked at when words were chosen."""
    return hashlib.sha256(content_id.encode()).digest()[0] % 2 == 1


def scores(comments: list[Labelled]) -> dict[str, Score]:
    """The score of every subject, and of all together under "". Needs a loaded vocabulary."""
    from crm_bridge.keywords.vocabulary import capture, vocabulary  # noqa: PLC0415 - Django is set up by then

    names = {code: keyword.name_zh for code, keyword in vocabulary().keywords.items()}
    subjects = set().union(*(comment.subjects for comment in comments))
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for comment in comments:
        found = {names[code] for code in capture(comment.text)} & subjects
        right.update(found & comment.subjects)
        wrong.update(found - comment.subjects)
        missed.update(comment.subjects - found)
    each = {name: Score(right[name], wrong[name], missed[name]) for name in sorted(subjects)}
    return {**each, "": Score(right.total(), wrong.total(), missed.total())}


def _prepare() -> None:
    """A database in memory with the starter vocabulary and nothing else."""
    import django  # noqa: PLC0415 - as above

    django.setup()
    from django.db import connection  # noqa: PLC0415 - as above

    from crm_bridge.keywords.starter import load, read  # noqa: PLC0415 - as above
    from crm_bridge.models import Keyword, StarterTerm, Synonym, VocabularyVersion  # noqa: PLC0415 - as above

    with connection.schema_editor() as editor:
        for model in (Keyword, Synonym, VocabularyVersion, StarterTerm):
            editor.create_model(model)
    load(read())


def _print(title: str, comments: list[Labelled]) -> None:
    if not comments:
        return
    print(f"\n{title}: {len(comments):,} comments\n\n| subject | precision | recall | F1 |\n| --- | --- | --- | --- |")
    for name, score in scores(comments).items():
        print(f"| {name or 'micro'} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} |")


def main() -> None:
    """Print the tables and how long 1,000 comments take."""
    path = Path(sys.argv[1]) if len(sys.argv) > 1 else FILE
    comments = labelled(path)
    _prepare()
    own = path.resolve() == FILE.resolve()
    _print("Looked at", [each for key, each in comments.items() if own and not held_out(key)])
    _print("Held out", [each for key, each in comments.items() if not own or held_out(key)])
    from crm_bridge.keywords.vocabulary import capture  # noqa: PLC0415 - as above

    sample = [each.text for each in comments.values()][:1000]
    begun, cpu = time.perf_counter(), time.process_time()
    for text in sample:
        capture(text)
    wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    print(f"\ncapture() of {len(sample):,} comments: {wall:.2f} s, {cpu:.2f} s of CPU")


if __name__ == "__main__":
    os.environ["DJANGO_SETTINGS_MODULE"] = "community.settings.test"
    sys.path.insert(0, str(Path(__file__).parents[1]))
    os.environ.pop("DATABASE_URL", None)
    main()
