"""What the forums do when facts arrive, and what they show in others' places."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from community.inbox.api import ChannelState
from community.kernel.api import (
    KEY_DIGITS,
    Delivery,
    batched,
    fills,
    handles_batch,
    now,
    number_in,
    recountable,
)
from community.kernel.plain import own_words
from community.members.api import Member
from community.search.api import mark_content
from forums import counts, queries
from forums.erasure import erase_from_forums
from forums.facts import (
    BestAnswerChosen,
    BestAnswerCleared,
    PostDeleted,
    PostReacted,
    PostRestored,
    PostWritten,
    ReactionWithdrawn,
)
from forums.late import forget_late
from forums.models import (
    GONE,
    Board,
    BoardRead,
    Imported,
    Post,
    PostRevision,
    Reaction,
    ReadState,
    Reference,
    Topic,
    Upload,
    readers_of,
)
from forums.picture_uses import who_sees

SECTION_TOPICS = 5
ASKED = 500  # posts in one query


@handles_batch(
    PostWritten, PostReacted, ReactionWithdrawn, BestAnswerChosen, BestAnswerCleared, PostDeleted, PostRestored
)
def index_topics(deliveries: Sequence[Delivery[Any]]) -> None:
    """What makes a topic or a reply lively, or hides it, reaches the index."""
    mark_content("topic", sorted({delivery.fact.topic_id for delivery in deliveries}))
    reacted = {
        delivery.fact.post_id for delivery in deliveries if isinstance(delivery.fact, PostReacted | ReactionWithdrawn)
    }
    if reacted:
        mark_content("post", Post.objects.filter(pk__in=reacted, number__gt=1).values_list("pk", flat=True))
    hidden = {
        delivery.fact.topic_id
        for delivery in deliveries
        if isinstance(delivery.fact, PostDeleted | PostRestored) and delivery.fact.is_first
    }
    if hidden:
        mark_content("post", Post.objects.filter(topic__in=hidden, number__gt=1).values_list("pk", flat=True))


# Slots


@fills("search.readers")
def search_readers(viewer: Any) -> list[str]:
    """Reader tokens of boards."""
    return readers_of(viewer)


@fills("live.channel")
def channel_state(user: Any, kind: str, number: int) -> ChannelState | None:
    """Whoever may read a topic may hear it."""
    topics = Topic.objects.visible_to(user).filter(pk=number) if kind == "topic" else Topic.objects.none()
    return next((ChannelState(sequence) for sequence in topics.values_list("sequence", flat=True)), None)


@fills("inbox.titles")
def titles(kind: str, ids: Collection[int]) -> dict[int, tuple[str, str]]:
    """What notifications call topics; they lead to posts, which keep their addresses."""
    return {pk: (topic.told_title, "") for pk, topic in Topic.objects.in_bulk(ids).items()} if kind == "topic" else {}


@fills("media.limited")
def picture_limit(path: str) -> Callable[[Any], bool] | None:
    """A picture of a deleted post, or of none, is not for everybody."""
    return who_sees(path)


@fills("space.sections")
def space_section(request: HttpRequest, member: Any) -> SafeString:
    """What a member wrote lately: answers, then topics; nothing for who wrote nothing."""
    topics = Topic.objects.visible_to(request.user).filter(author=member).order_by("-opened_at")[:SECTION_TOPICS]
    answers = [(post, own_words(post.html)) for post in queries.replies_of(member, request.user)[:SECTION_TOPICS]]
    context = {"topics": list(topics), "answers": answers, "member": member}
    told = context["topics"] or answers
    return render_to_string("forums/space_section.html", context, request) if told else SafeString()


@fills("members.erase")
def erase(member_id: int) -> None:
    """What was written stays without a name; what others wrote loses it; pictures and all the rest go."""
    erase_from_forums(member_id, now=now())


@fills("members.late")
def erase_late(member_ids: Collection[int]) -> None:
    """What was kept of somebody while they were being erased: how far they read, and who names them."""
    forget_late(member_ids)


@fills("members.explain")
def explain(member_id: int) -> dict[str, Any]:
    """What the forums keep of a member; of others' topics no more than the member may read."""
    posts = Post.objects.filter(author_id=member_id).select_related("topic__board").order_by("pk")
    topics = Topic.objects.filter(author_id=member_id).order_by("pk")
    read = ReadState.objects.filter(member_id=member_id).select_related("topic__board").order_by("pk")
    boards = BoardRead.objects.filter(member_id=member_id).order_by("pk").values_list("board__slug", "until")
    title = _titles_for(member_id)
    return {
        "topics": [
            {"title": t.title, "tags": t.tags, "opened_at": t.opened_at, "url": t.get_absolute_url()} for t in topics
        ],
        "posts": [{"topic": title(p.topic), "written_at": p.written_at, "text": p.source} for p in posts],
        "reactions": list(Reaction.objects.filter(member_id=member_id).order_by("pk").values("post_id", "kind", "at")),
        "read_topics": [{"topic": title(r.topic), "number": r.number, "at": r.at} for r in read],
        "read_boards": [{"board": slug, "until": until} for slug, until in boards],
        "pictures": list(Upload.objects.filter(member_id=member_id).order_by("pk").values("file", "at")),
        "earlier_versions": list(
            PostRevision.objects.filter(post__author_id=member_id)
            .order_by("pk")
            .values("post_id", "title", "tags", "source", "replaced_at", "removed_at")
        ),
        "named_in": list(
            Reference.objects.filter(member_id=member_id).order_by("post_id").values_list("post_id", flat=True)
        ),
        "imported_from": list(
            Imported.objects.filter(kind__in=Imported.PEOPLE, local_id=member_id)
            .order_by("pk")
            .values("source", "external_id")
        ),
    }


def _titles_for(member_id: int) -> Callable[[Topic], str]:
    """What a topic is called to a member: its title where it is theirs or they may read it, “…” elsewhere."""
    tokens = readers_of(Member.objects.filter(pk=member_id).first())

    def title(topic: Topic) -> str:
        if topic.author_id == member_id:
            return topic.title
        return topic.told_title if topic.board.readers in tokens else GONE

    return title


@fills("mentions.near")
def mentions_near(viewer: Any, topic: str) -> list[int]:
    """Who wrote in the topic that is being replied to, where the viewer may read it."""
    number = number_in(topic, KEY_DIGITS)
    return queries.writers_near(number, viewer) if number is not None else []


@fills("posts.written_by")
def posts_written_by(member_id: int, post_ids: Collection[int]) -> set[int]:
    """Those of some posts that a member wrote: a quotation of them in another place names the member."""
    chunks = batched(sorted(post_ids), ASKED)
    mine = [Post.objects.filter(pk__in=ids, author_id=member_id).values_list("pk", flat=True) for ids in chunks]
    return {pk for found in mine for pk in found}


@fills("search.place")
def search_place(viewer: Any, token: str) -> dict[str, str]:
    """The board a search may be narrowed down to, where the viewer may read it."""
    kind, _colon, text = token.partition(":")
    number = number_in(text, KEY_DIGITS) if kind == "board" else None
    board = Board.objects.visible_to(viewer).filter(pk=number).first() if number is not None else None
    return {"name": board.title, "url": board.get_absolute_url()} if board else {}


# Topics count from what posts keep, boards from what topics keep.
recountable("posts: reactions, score, comments", check=counts.post_differences, repair=counts.repair_posts)
recountable("topics: what they show", check=counts.topic_differences, repair=counts.repair_topics)
recountable("boards: topics and posts", check=counts.board_differences, repair=counts.repair_boards)
# A difference says that the export has gaps, or that posts of it are missing here: nothing to set right.
recountable("imports: answers and tags as stated", check=counts.figure_differences, unknown=counts.figures_unknown)
