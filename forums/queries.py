"""Reading boards, topics and posts; what is unread; kept numbers against counted ones."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import reduce
from operator import or_
from typing import Any

from django.db import models
from django.db.models import Count, F, OuterRef, Q, Subquery
from django.db.models.functions import Coalesce

from community.members.api import MemberCard, cards
from forums.enums import PostKind
from forums.models import (
    PAGE,
    Board,
    BoardRead,
    Imported,
    ImportedFigure,
    ImportedVote,
    Post,
    Reaction,
    ReadState,
    Topic,
)

LIST = ("id", "title", "slug", "author_id", "opened_at", "last_post_at", "last_author_id", "post_count", "last_number")
LIST_FLAGS = ("pinned", "closed", "best_answer_id", "answered_by_brand", "useful_count", "board_id", "language")


@dataclass
class TopicRow:
    """A topic in a list, with its people and what is new in it for the reader."""

    topic: Topic
    author: MemberCard | None
    last: MemberCard | None
    new: int
    board: Board | None = None


def topic_rows(topics: Iterable[Topic], reader: Any) -> list[TopicRow]:
    """Rows of a list, in a constant number of queries."""
    topics = list(topics)
    people = cards([one for topic in topics for one in (topic.author_id, topic.last_author_id)])
    new = new_posts(topics, reader)
    return [
        TopicRow(topic, people.get(topic.author_id), people.get(topic.last_author_id), new.get(topic.pk, 0))
        for topic in topics
    ]


def new_posts(topics: Sequence[Topic], reader: Any) -> dict[int, int]:
    """How many posts of each topic a member has not read. A topic from before they joined counts as read."""
    if not getattr(reader, "is_authenticated", False) or not topics:
        return {}
    states = ReadState.objects.filter(member=reader, topic__in=[topic.pk for topic in topics])
    read = dict(states.values_list("topic_id", "number"))
    since = _read_since({topic.board_id for topic in topics}, reader)
    lively = [t for t in topics if t.last_post_at > since[t.board_id] and t.last_author_id != reader.pk]
    counts = _written_since(lively, since)
    found = {t.pk: min(t.last_number - read.get(t.pk, 0), counts.get(t.pk, 0)) for t in lively}
    return {pk: count for pk, count in found.items() if count > 0}


def _read_since(boards: set[int], reader: Any) -> dict[int, datetime]:
    """Until when everything in each board counts as read."""
    until = dict(BoardRead.objects.filter(member=reader, board__in=boards).values_list("board_id", "until"))
    return {board: max(until.get(board, reader.joined_at), reader.joined_at) for board in boards}


def _written_since(topics: Sequence[Topic], since: Mapping[int, datetime]) -> dict[int, int]:
    """Posts of each topic after its board's time. Topics opened after it have no older ones and are not asked for."""
    found = {topic.pk: topic.last_number for topic in topics if topic.opened_at > since[topic.board_id]}
    by_board: dict[int, list[int]] = defaultdict(list)
    for topic in topics:
        if topic.pk not in found:
            by_board[topic.board_id].append(topic.pk)
    if by_board:
        asked = reduce(or_, (Q(topic__in=ids, written_at__gt=since[board]) for board, ids in by_board.items()))
        found.update(Post.objects.filter(asked).values_list("topic").annotate(Count("pk")))
    return found


def board_topics(board: Board, viewer: Any) -> models.QuerySet[Topic]:
    """The topics of a board, pinned first, then by the latest post."""
    topics = Topic.objects.visible_to(viewer).filter(board=board)
    return topics.only(*LIST, *LIST_FLAGS).order_by("-pinned", "-last_post_at", "-pk")


def latest_topics(viewer: Any, limit: int) -> list[TopicRow]:
    """The topics with the latest posts, over all boards the viewer may read."""
    topics = Topic.objects.visible_to(viewer).select_related("board").order_by("-last_post_at")[:limit]
    return topic_rows(topics, viewer)


@dataclass
class PostRow:
    """A post on a topic page."""

    post: Post
    author: MemberCard | None
    useful: bool = False
    same: bool = False
    own: bool = False
    best: bool = False


POST_FIELDS = (
    *("id", "topic_id", "author_id", "number", "html", "written_at", "edited_at", "deleted_at", "official"),
    *("useful_count", "same_count", "kind", "parent_id", "score"),
)


def topic_page(topic: Topic, page: int, viewer: Any) -> list[PostRow]:
    """The posts of one page, by number: as fast at the end of a long topic as at its start."""
    first = (page - 1) * PAGE + 1
    posts = Post.objects.filter(topic=topic, number__range=(first, first + PAGE - 1)).order_by("number")
    return post_rows(posts, topic, viewer)


def latest_posts(topic: Topic) -> list[PostRow]:
    """As many posts as stand on a page, up to the newest, as somebody who is not signed in sees them."""
    posts = Post.objects.filter(topic=topic, number__gt=topic.last_number - PAGE).order_by("number")
    return post_rows(posts, topic, None)


def post_rows(posts: models.QuerySet[Post], topic: Topic, viewer: Any) -> list[PostRow]:
    """Posts with authors and the viewer's own reactions, in a constant number of queries."""
    found = list(posts.only(*POST_FIELDS))
    people = cards([post.author_id for post in found])
    own = own_reactions(found, viewer)
    viewer_id = getattr(viewer, "pk", None)
    return [
        PostRow(
            post,
            people.get(post.author_id),
            (post.pk, "useful") in own,
            (post.pk, "same") in own,
            post.author_id == viewer_id,
            post.pk == topic.best_answer_id,
        )
        for post in found
    ]


def own_reactions(posts: Sequence[Post], viewer: Any) -> set[tuple[int, str]]:
    """The viewer's reactions among these posts."""
    if not getattr(viewer, "is_authenticated", False):
        return set()
    rows = Reaction.objects.filter(member=viewer, post__in=[post.pk for post in posts])
    return set(rows.values_list("post_id", "kind"))


def read_until(topic: Topic, reader: Any) -> int:
    """The last number a member has read; 0 for guests and new readers."""
    if not getattr(reader, "is_authenticated", False):
        return 0
    return ReadState.objects.filter(member=reader, topic=topic).values_list("number", flat=True).first() or 0


def mark_read(topic: Topic, reader: Any, number: int, *, now: datetime) -> None:
    """Remember how far a member has read; never backwards."""
    if not getattr(reader, "is_authenticated", False):
        return
    known = ReadState.objects.filter(member=reader, topic=topic)
    if not known.filter(number__lt=number).update(number=number, at=now) and not known.exists():
        rows = [ReadState(member=reader, topic=topic, number=number, at=now)]
        ReadState.objects.bulk_create(rows, ignore_conflicts=True)


def mark_board_read(board: Board, reader: Any, *, now: datetime) -> None:
    """Everything in the board counts as read."""
    BoardRead.objects.update_or_create(member=reader, board=board, defaults={"until": now})


def counted(queryset: models.QuerySet[Any], key: str) -> Subquery:
    """How many rows belong to the outer row."""
    rows = queryset.filter(**{key: OuterRef("pk")}).order_by().values(key).annotate(n=Count("pk")).values("n")
    return Subquery(rows)


def topic_differences() -> list[str]:
    """Topics whose kept post count differs from their posts."""
    posts = counted(Post.objects.filter(deleted_at=None), "topic")
    wrong: Any = Topic.objects.annotate(n=Coalesce(posts, 0)).exclude(n=F("post_count"))
    return [f"topic {topic.pk}: {topic.post_count} kept, {topic.n} counted" for topic in wrong]


def repair_topics() -> None:
    """Set post counts to what is counted."""
    posts = counted(Post.objects.filter(deleted_at=None), "topic")
    Topic.objects.update(post_count=Coalesce(posts, 0))


def board_differences() -> list[str]:
    """Boards whose kept counts differ."""
    topics = counted(Topic.objects.filter(deleted_at=None), "board")
    posts = counted(Post.objects.filter(deleted_at=None, topic__deleted_at=None), "topic__board")
    wrong: Any = Board.objects.annotate(t=Coalesce(topics, 0), p=Coalesce(posts, 0))
    wrong = wrong.exclude(t=F("topic_count"), p=F("post_count"))
    return [f"board {b.slug}: {b.topic_count}/{b.post_count} kept, {b.t}/{b.p} counted" for b in wrong]


def repair_boards() -> None:
    """Set topic and post counts to what is counted."""
    topics = counted(Topic.objects.filter(deleted_at=None), "board")
    posts = counted(Post.objects.filter(deleted_at=None, topic__deleted_at=None), "topic__board")
    Board.objects.update(topic_count=Coalesce(topics, 0), post_count=Coalesce(posts, 0))


def post_differences() -> list[str]:
    """Posts whose kept reactions, score or comment count differ."""
    wrong = _counted_posts().exclude(
        Q(u=F("useful_count")) & Q(s=F("same_count")) & Q(c=F("comment_count")) & Q(v=F("score"))
    )
    return [f"post {post.pk}" for post in wrong.only("pk")]


def _counted_posts() -> models.QuerySet[Any]:
    comments = Post.objects.filter(kind="comment", deleted_at=None)
    votes = ImportedVote.objects.filter(post=OuterRef("pk")).order_by().values("post")
    return Post.objects.annotate(
        u=Coalesce(counted(Reaction.objects.filter(kind="useful"), "post"), 0),
        s=Coalesce(counted(Reaction.objects.filter(kind="same"), "post"), 0),
        c=Coalesce(counted(comments, "parent"), 0),
        v=Coalesce(Subquery(votes.annotate(n=models.Sum("value")).values("n")), 0),
    )


def repair_posts() -> None:
    """Set reactions, score and comment count to what is counted."""
    for post in _counted_posts().iterator():
        kept = {"useful_count": post.u, "same_count": post.s, "comment_count": post.c, "score": post.v}
        Post.objects.filter(pk=post.pk).update(**kept)


def counted_figures(source: str) -> dict[str, dict[str, int]]:
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
    for pk, topic, number, kind in rows.filter(pk__in=Subquery(_imported(source))).iterator():
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
    for source in ImportedFigure.objects.order_by("source").values_list("source", flat=True).distinct():
        here = counted_figures(source)
        for figure in ImportedFigure.objects.filter(source=source).order_by("pk").iterator():
            counted_here = figure_here(here, figure.name, figure.external_id)
            if counted_here != figure.value:
                wrong.append(f"{figure}, counted {counted_here}")
    return wrong


def repair_figures() -> None:
    """Nothing to set right: a difference says that the export has gaps, or that posts of it are missing here."""
