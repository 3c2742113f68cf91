"""How well what a comment is about is found: micro-F1 against labelled comments.

    .venv/bin/python bench/comments_f1.py [FILE.csv] [--whole] [--limit N]

Without an option it is the vocabulary alone on the texts. With ``--whole`` also the whole way: the comments are
imported, the relay delivers them, and the audience is asked for each subject (``interest:动力``); who is listed is
compared with the labels of what they wrote.

FILE has the columns content_id, content and subject (one of the ten subjects' Chinese names; a comment with several
subjects has several rows). Unless another one is given it is that of the CCF BDCI 2018 contest, in the folder that
PADDOCK_TEST_DATA names. The words were chosen while looking at one half of its comments, picked by a hash of the id;
the other half was held out. A file that nobody looked at is all "held out".
"""

from __future__ import annotations

import argparse
import csv
import hashlib
import os
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

FOLDER = Path(os.environ.get("PADDOCK_TEST_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
FILE = FOLDER / "car-comments-zh" / "comments.csv"


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
    from crm_bridge.keywords.vocabulary import capture, vocabulary

    names = {code: keyword.name_zh for code, keyword in vocabulary().keywords.items()}
    return compared([(comment, {names[code] for code in capture(comment.text)}) for comment in comments])


def compared(found_in: list[tuple[Labelled, set[str]]]) -> dict[str, Score]:
    """The score of every subject, and of all together under "", of what was found in each comment."""
    subjects = set().union(*(comment.subjects for comment, _found in found_in))
    right, wrong, missed = Counter[str](), Counter[str](), Counter[str]()
    for comment, anything in found_in:
        found = anything & subjects
        right.update(found & comment.subjects)
        wrong.update(found - comment.subjects)
        missed.update(comment.subjects - found)
    each = {name: Score(right[name], wrong[name], missed[name]) for name in sorted(subjects)}
    return {**each, "": Score(right.total(), wrong.total(), missed.total())}


def import_comments(comments: Mapping[str, Labelled], folder: Path) -> None:
    """Import comments, each by a member who permits everything, as a table that is written to the folder."""
    from django.core.management import call_command

    path = folder / "comments.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        csv.writer(file).writerows([("content_id", "content"), *((key, each.text) for key, each in comments.items())])
    call_command("import_comments", str(path), board="comments", grant_all_for_demo=True)


def listed(comments: Mapping[str, Labelled]) -> dict[str, set[str]]:
    """The subjects for which the audience lists the member of each comment, who is called like its id."""
    from community.kernel.api import batched, now
    from community.members.api import Member
    from crm_bridge.audience.line import parse
    from crm_bridge.audience.services import everyone

    found = defaultdict[str, set[str]](set)
    for subject in sorted(set().union(*(comment.subjects for comment in comments.values()))):
        for ids in batched(everyone(parse(f"interest:{subject}"), now=now()), 500):
            for username in Member.objects.filter(pk__in=ids).values_list("username", flat=True):
                found[username].add(subject)
    return found


def _prepare() -> None:
    """A database in memory with the starter vocabulary and nothing else."""
    os.environ["DJANGO_SETTINGS_MODULE"] = "community.settings.test"
    os.environ.pop("DATABASE_URL", None)
    import django

    django.setup()
    from django.db import connection

    from crm_bridge.keywords.starter import load, read
    from crm_bridge.models import Keyword, StarterTerm, Synonym, VocabularyVersion

    with connection.schema_editor() as editor:
        for model in (Keyword, Synonym, VocabularyVersion, StarterTerm):
            editor.create_model(model)
    load(read())


def _print(title: str, found: dict[str, Score], count: int) -> None:
    print(f"\n{title}: {count:,} comments\n\n| subject | precision | recall | F1 |\n| --- | --- | --- | --- |")
    for name, score in found.items():
        print(f"| {name or 'micro'} | {score.precision:.3f} | {score.recall:.3f} | {score.f1:.3f} |")


def _halves(comments: Mapping[str, Labelled], *, own: bool) -> dict[str, dict[str, Labelled]]:
    """The comments that were looked at and those that were not, less a half that is empty."""
    seen = {key: each for key, each in comments.items() if own and not held_out(key)}
    halves = {"looked at": seen, "held out": {key: each for key, each in comments.items() if key not in seen}}
    return {name: half for name, half in halves.items() if half}


def _quick(halves: Mapping[str, Mapping[str, Labelled]], sample: list[Labelled]) -> None:
    """The tables of the vocabulary alone, and how long it takes."""
    for name, half in halves.items():
        _print(f"Vocabulary alone, {name}", scores(list(half.values())), len(half))
    from crm_bridge.keywords.vocabulary import capture

    begun, cpu = time.perf_counter(), time.process_time()
    for each in sample:
        capture(each.text)
    wall, cpu = time.perf_counter() - begun, time.process_time() - cpu
    print(f"\ncapture() of {len(sample):,} comments: {wall:.2f} s, {cpu:.2f} s of CPU")


def _whole(halves: Mapping[str, Mapping[str, Labelled]], comments: Mapping[str, Labelled]) -> None:
    """The tables of import, relay and audience search, and how long they take."""
    import tools

    begun = time.perf_counter()
    import_comments(comments, Path(os.environ["PADDOCK_HOME"]))
    imported = time.perf_counter()
    tools.deliver_all(seconds=3600)
    drained = time.perf_counter()
    found = listed(comments)
    asked = time.perf_counter()
    for name, half in halves.items():
        answers = [(each, found.get(key, set())) for key, each in half.items()]
        _print(f"Audience search by subject, {name}", compared(answers), len(half))
    print(f"\nimported in {imported - begun:.0f} s, delivered in {drained - imported:.0f} s", end="")
    print(f", asked and named in {asked - drained:.1f} s")


def main() -> None:
    """Print the tables."""
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("file", nargs="?", type=Path, default=FILE)
    options.add_argument("--whole", action="store_true", help="also import, deliver and ask the audience")
    options.add_argument("--limit", type=int, help="take so many comments; default: all")
    chosen = options.parse_args()
    comments = dict(islice(labelled(chosen.file).items(), chosen.limit))
    halves, sample = _halves(comments, own=chosen.file.resolve() == FILE.resolve()), list(comments.values())[:1000]
    if not chosen.whole:
        _prepare()
        _quick(halves, sample)
        return
    import tools

    tools.setup()  # a database on the disk
    from django.core.management import call_command
    from django.db import connection

    with tools.database():
        call_command("load_vocabulary", verbosity=0)
        _quick(halves, sample)
        _whole(halves, comments)
        connection.close()


if __name__ == "__main__":
    sys.path.insert(0, str(Path(__file__).parents[1]))
    main()
