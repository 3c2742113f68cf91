"""What a Stack Exchange dump states about itself, and what of it can be counted again here."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path

from community.kernel.api import batched
from forums.counts import UNCOUNTED, counted_figures, figure_here, uncounted_figures
from forums.importers.common import BATCH, alone, short
from forums.importers.dump import Progress, rows
from forums.importers.values import number
from forums.models import ImportedFigure

# Each figure is counted from rows of a file that have these columns.
COUNTED_FROM = {
    "Score": ("Votes", {"PostId", "VoteTypeId"}),
    "CommentCount": ("Comments", {"PostId"}),
    "AnswerCount": ("Posts", {"ParentId"}),
    "tag Count": ("Posts", {"Tags"}),
}
KEPT = ("AnswerCount", "tag Count")  # posts keep Score and CommentCount themselves


def stated(folder: Path, progress: Progress) -> Iterator[tuple[str, str, int]]:
    """The dump's own figures: name, id of what it is about, value."""
    for row in progress(rows(folder, "Posts"), "Posts, figures"):
        for name in ("Score", "CommentCount", "AnswerCount"):
            if name in row and "Id" in row:
                yield name, row["Id"], number(row[name])
    for row in progress(rows(folder, "Tags"), "Tags, figures"):
        if "Count" in row and "TagName" in row:
            yield "tag Count", short(row["TagName"]), number(row["Count"])


@alone()
def keep_figures(folder: Path, *, source: str, columns: Mapping[str, set[str]], progress: Progress) -> None:
    """Keep what the dump states, so that ``recount --check`` can tell without it, and what it gives no means to count.

    ``columns``: those that the rows of each file have. What is kept already stays as it is.
    """
    wanted = {(name, external_id): value for name, external_id, value in stated(folder, progress) if name in KEPT}
    for name, (file, needed) in COUNTED_FROM.items():
        if not needed <= columns.get(file, set()):
            wanted[UNCOUNTED, name] = 0
    kept_rows = ImportedFigure.objects.filter(source=source)
    there = {(kept.name, kept.external_id): kept for kept in kept_rows}
    gone = [kept.pk for key, kept in there.items() if wanted.get(key) != kept.value]
    new = [
        ImportedFigure(source=source, name=name, external_id=external_id, value=value)
        for (name, external_id), value in wanted.items()
        if (name, external_id) not in there or there[name, external_id].value != value
    ]
    for batch in batched(gone, BATCH):
        ImportedFigure.objects.filter(pk__in=batch).delete()
    ImportedFigure.objects.bulk_create(new, batch_size=BATCH)


def audit(
    folder: Path, *, source: str, progress: Progress = lambda found, _what: found
) -> dict[str, tuple[int, int] | None]:
    """The dump's own figures against what is counted here: how many agree, of how many. None: it cannot be counted.

    ``progress`` may wrap what it goes through, told what it is, to show how far it is.
    """
    here = counted_figures(source, lambda posts: progress(posts, "Counting"))
    left_out = uncounted_figures().get(source, set())
    tally: dict[str, list[bool]] = {name: [] for name in COUNTED_FROM}
    for name, external_id, value in stated(folder, progress):
        tally[name].append(figure_here(here, name, external_id) == value)
    return {name: None if name in left_out else (sum(agree), len(agree)) for name, agree in tally.items()}
