"""Kept numbers against counted ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any

from django.db import models, transaction
from django.db.models import Count, Exists, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from community.kernel.api import batched, counted, giving_way, lock_rows
from community.search.api import mark_content
from forums.enums import PostKind, ReactionKind
from forums.models import Board, Imported, ImportedFigure, ImportedVote, Post, Reaction, Topic

Progress = Callable[[Iterable[Any]], Iterable[Any]]

UNCOUNTED = "uncounted"  # the name of a figure that says which one cannot be counted here
STATED_ON_POSTS = {"Score": "score", "CommentCount": "comment_count"}
CHUNK = 500


def topic_differences() -> list[str]:
    """What topics keep of the posts shown in them, where it differs."""
    names = list(_shown())
    wrong = _wrong_topics().order_by("pk").values("pk", *names, *(f"{name}_counted" for name in names))
    return [
        f"topic {row['pk']}: {name} {row[name]} kept, {row[f'{name}_counted']} counted"
        for row in wrong
        for name in names
        if row[name] != row[f"{name}_counted"]
    ]


def repair_topics() -> Iterator[int]:
    """Set what topics keep of their posts to what is counted, some topics at a time. Yields how many."""
    wrong = list(_wrong_topics().order_by("pk").values_list("pk", flat=True))
    for chunk in giving_way(batched(wrong, CHUNK)):
        with transaction.atomic():  # counted under the topics' locks, as by whoever writes there meanwhile
            lock_rows(Topic.objects.filter(pk__in=chunk))
            set_shown(chunk)
            mark_content("topic", chunk)  # whose order by liveliness says these numbers
        yield len(chunk)


def _wrong_topics() -> models.QuerySet[Any, Any]:
    shown = _shown()
    right = Q(**{f"{name}_counted": F(name) for name in shown})
    return Topic.objects.annotate(**{f"{name}_counted": now for name, now in shown.items()}).exclude(right)


def _shown() -> dict[str, Any]:
    """What a topic keeps of the posts shown in it; one that shows none is as late as its opening."""
    posts = Post.objects.filter(topic=OuterRef("pk"), deleted_at=None).order_by()
    latest = posts.order_by("-written_at", "-number")
    author = latest.values("author")[:1]
    useful = posts.values("topic").annotate(n=models.Sum("useful_count")).values("n")
    return {
        "post_count": counted(Post.objects.filter(deleted_at=None), "topic"),
        "useful_count": Coalesce(Subquery(useful), 0),
        "answered_by_brand": Exists(posts.filter(official=True, number__gt=1)),
        "last_post_at": Coalesce(Subquery(latest.values("written_at")[:1]), "opened_at"),
        "last_author": Coalesce(Subquery(author), "author_id", output_field=models.BigIntegerField()),
    }


def latest_on_board() -> Subquery:
    """The time of a board's latest post, as the topics shown there keep it."""
    topics = Topic.objects.filter(board=OuterRef("pk"), deleted_at=None).order_by("-last_post_at")
    return Subquery(topics.values("last_post_at")[:1])


def set_shown(topic_ids: Sequence[int]) -> None:
    """Have some topics keep what the posts shown in them come to."""
    Topic.objects.filter(pk__in=topic_ids).update(**_shown())


def board_differences() -> list[str]:
    """Boards whose kept counts or latest posts differ."""
    found, counts = [], _on_board()
    boards: Any = Board.objects.annotate(**{f"{name}_counted": now for name, now in counts.items()})
    for row in boards.values():
        kept, here = ([row[f"{name}{end}"] for name in counts] for end in ("", "_counted"))
        if kept != here:
            found.append(f"board {row['slug']}: {_figures(kept)} kept, {_figures(here)} counted")
    return found


def _figures(row: Sequence[Any]) -> str:
    return "/".join(str(figure) for figure in row)


@transaction.atomic
def repair_boards() -> None:
    """Set topic and post counts, and the time of the latest post, to what is counted."""
    lock_rows(Board.objects.all())
    Board.objects.update(**_on_board())


def _on_board() -> dict[str, Any]:
    posts = Post.objects.filter(deleted_at=None, topic__deleted_at=None)
    return {
        "topic_count": counted(Topic.objects.filter(deleted_at=None), "board"),
        "post_count": counted(posts, "topic__board"),
        "last_post_at": latest_on_board(),
    }


def post_differences() -> list[str]:
    """Posts whose kept reactions, score or comment count differ."""
    return [f"post {pk}" for pk in _wrong_posts()]


def _wrong_posts() -> models.QuerySet[Any, int]:
    """The posts of which a number differs that can be counted."""
    counts, stated, right = _counts(), _stated(), Q()
    for name in counts:
        agrees = Q(**{f"{name}_counted": F(name)})
        right &= agrees | Q(pk__in=stated[name]) if name in stated else agrees
    found = Post.objects.annotate(**{f"{name}_counted": count for name, count in counts.items()}).exclude(right)
    return found.order_by("pk").values_list("pk", flat=True)


def _counts() -> dict[str, Coalesce]:
    comments = Post.objects.filter(kind=PostKind.COMMENT, deleted_at=None)
    votes = ImportedVote.objects.filter(post=OuterRef("pk")).order_by().values("post")
    return {
        "useful_count": counted(Reaction.objects.filter(kind=ReactionKind.USEFUL), "post"),
        "same_count": counted(Reaction.objects.filter(kind=ReactionKind.SAME), "post"),
        "comment_count": counted(comments, "parent"),
        "score": Coalesce(Subquery(votes.annotate(n=models.Sum("value")).values("n")), 0),
    }


def _stated() -> dict[str, models.QuerySet[Any, Any]]:
    """The posts that keep a number as their export states it, by the number."""
    found: dict[str, list[str]] = defaultdict(list)
    for source, figures in uncounted_figures().items():
        for figure in figures & STATED_ON_POSTS.keys():
            found[STATED_ON_POSTS[figure]].append(source)
    posts = Imported.objects.filter(kind="Posts").values("local_id")
    return {name: posts.filter(source__in=sources) for name, sources in found.items()}


def repair_posts() -> Iterator[int]:
    """Set reactions, score and comment count to what is counted, some posts at a time. Yields how many."""
    for chunk in giving_way(batched(list(_wrong_posts()), CHUNK)):
        with transaction.atomic():
            lock_rows(Topic.objects.filter(pk__in=Post.objects.filter(pk__in=chunk).values("topic_id")))
            set_counts(chunk, _counts())
            replies = Post.objects.filter(pk__in=chunk, number__gt=1).values_list("pk", flat=True)
            mark_content("post", replies)  # whose order by liveliness says how useful they are
        yield len(chunk)


@transaction.atomic
def set_counts(post_ids: Sequence[int], names: Iterable[str]) -> None:
    """Count these numbers of some posts anew, where they can be counted."""
    if not post_ids:
        return
    counts, stated, posts = _counts(), _stated(), Post.objects.filter(pk__in=post_ids)
    for name in names:
        counted_here = posts.exclude(pk__in=stated[name]) if name in stated else posts
        counted_here.update(**{name: counts[name]})


def uncounted_figures() -> dict[str, set[str]]:
    """The figures an export states without the rows they could be counted from, by source."""
    found: dict[str, set[str]] = defaultdict(set)
    for source, name in ImportedFigure.objects.filter(name=UNCOUNTED).values_list("source", "external_id"):
        found[source].add(name)
    return dict(found)


def figures_unknown() -> list[str]:
    """The figures an export states without the rows they could be counted from, one line a source."""
    return [f"{source}: {', '.join(sorted(names))}" for source, names in sorted(uncounted_figures().items())]


def counted_figures(source: str, progress: Progress = iter) -> dict[str, dict[str, int]]:
    """What an import's own posts come to, by the figure's name and the id in the export; later posts do not count."""
    posts = Imported.objects.filter(source=source, kind="Posts").values_list("external_id", "local_id")
    local = dict(posts.iterator())
    external = {pk: name for name, pk in local.items()}
    votes = dict(ImportedVote.objects.values_list("post").annotate(models.Sum("value")))
    said = Post.objects.filter(pk__in=Subquery(_imported(source, "Comments")))
    comments = dict(said.values_list("parent").annotate(Count("pk")))
    answers: Counter[int] = Counter()
    tags: Counter[str] = Counter()
    questions: dict[int, str] = {}
    rows = Post.objects.values_list("pk", "topic", "number", "kind")
    for pk, topic, number, kind in progress(rows.filter(pk__in=Subquery(_imported(source))).iterator()):
        if number == 1:
            questions[topic] = external[pk]
        elif kind == PostKind.POST:
            answers[topic] += 1
    for found in Topic.objects.filter(pk__in=Subquery(_topics_of(source))).values_list("tags", flat=True).iterator():
        tags.update(found)
    return {
        "Score": {name: votes.get(pk, 0) for name, pk in local.items()},
        "CommentCount": {name: comments.get(pk, 0) for name, pk in local.items()},
        "AnswerCount": {name: answers[topic] for topic, name in questions.items()},
        "tag Count": dict(tags),
    }


def figure_here(figures: Mapping[str, Mapping[str, int]], name: str, external_id: str) -> int | None:
    """One of the counted figures; None for a post that is not here. A tag nobody uses comes to 0."""
    return figures[name].get(external_id, 0 if name == "tag Count" else None)


def _imported(source: str, kind: str = "Posts") -> models.QuerySet[Any, Any]:
    return Imported.objects.filter(source=source, kind=kind).values("local_id")


def _topics_of(source: str) -> models.QuerySet[Any, Any]:
    return Post.objects.filter(number=1, pk__in=Subquery(_imported(source))).values("topic")


def figure_differences() -> list[str]:
    """Figures that imported exports state and that come to something else here."""
    wrong = []
    left_out = uncounted_figures()
    for source in ImportedFigure.objects.order_by("source").values_list("source", flat=True).distinct():
        here = counted_figures(source)
        stated = ImportedFigure.objects.filter(source=source).exclude(name__in=[UNCOUNTED, *left_out.get(source, ())])
        for figure in stated.order_by("pk").iterator():
            counted_here = figure_here(here, figure.name, figure.external_id)
            if counted_here != figure.value:
                wrong.append(f"{figure}, counted {counted_here}")
    return wrong
