"""A Stack Exchange dump: users, questions, answers, comments and votes, with their original times.

Every row and the note that it was taken over are written in one transaction, so an import that was cut off goes on
where it stopped and a second run changes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path

from defusedxml.ElementTree import iterparse
from django.db import transaction
from django.db.models import Count, OuterRef, Subquery, Sum

from community.consent.api import PURPOSE_CHANNELS, VERSION, grant
from community.kernel import markup
from community.members.api import Member, import_member
from forums.enums import PostKind
from forums.importers.markdown import from_html
from forums.models import Board, Imported, ImportedVote, Post, Topic
from forums.services import choose_best_answer, open_topic, write_post

Row = dict[str, str]
Progress = Callable[[Iterable[Row], str], Iterable[Row]]

BATCH = 200
EPOCH = datetime(2008, 1, 1, tzinfo=UTC)
QUESTION, ANSWER = "1", "2"
VALUES = {"2": 1, "3": -1}
NOBODY = "0"
GRANT_SOURCE = "demo import"


def rows(path: Path) -> Iterator[Row]:
    """The rows of one file, one at a time. A missing file has none. Raises on entities and broken XML."""
    if not path.exists():
        return
    events = iterparse(path, events=("start", "end"), forbid_dtd=True)
    _event, root = next(events)
    for event, element in events:
        if event == "end" and element.tag == "row":
            yield dict(element.attrib)
            root.clear()


def moment(text: str | None) -> datetime:
    """A time of the dump, which is UTC."""
    try:
        found = datetime.fromisoformat(text or "")
    except ValueError:
        return EPOCH
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def number(text: str | None) -> int:
    """A whole number, 0 where there is none."""
    return int(text) if text and re.fullmatch(r"-?\d{1,18}", text) else 0


def tags_of(row: Row) -> list[str]:
    """Tags, written ``<a><b>`` in older dumps and ``|a|b|`` in newer ones."""
    return re.findall(r"[^<>|]+", row.get("Tags", ""))


def handle_of(row: Row) -> str:
    """A username for a user: the shown name with the number behind it, so that two of one name stay two."""
    name = re.sub(r"[^\w-]+", "-", row.get("DisplayName", ""), flags=re.ASCII).strip("-_")
    suffix = f"-{row['Id'].lstrip('-')}"
    return (name.removesuffix(suffix)[: 30 - len(suffix)].strip("-_") or "member") + suffix


class Import:
    """One dump on its way into two boards: the conversations, and what is no conversation (tag texts)."""

    def __init__(self, folder: Path, board: Board, aside: Board, *, source: str, grant_all: bool) -> None:
        self.folder, self.board, self.aside, self.source, self.grant_all = folder, board, aside, source, grant_all
        self.done: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()

    def run(self, progress: Progress) -> None:
        """Everything, in an order in which each thing finds what it belongs to."""
        steps = (("Users", self._user), ("Posts", self._post), ("Comments", self._comment), ("Votes", None))
        for name, take in steps:
            source = iter(progress(rows(self.folder / f"{name}.xml"), name))
            while batch := list(islice(source, BATCH)):
                self._batch(name, batch, take)
        with transaction.atomic():
            self._finish()

    @transaction.atomic
    def _batch(self, name: str, batch: list[Row], take: Callable[[Row], int | None] | None) -> None:
        if take is None:
            self._votes(batch)
            return
        known = self._known(name, [row["Id"] for row in batch if "Id" in row])
        for row in batch:
            if row.get("Id") in known:
                continue
            local_id = take(row) if row.get("Id") else None
            if local_id is None:
                self.skipped[name] += 1
            else:
                self._note(name, row["Id"], local_id)

    def _known(self, kind: str, ids: Iterable[str]) -> dict[str, int]:
        found = Imported.objects.filter(source=self.source, kind=kind, external_id__in=set(ids))
        return dict(found.values_list("external_id", "local_id"))

    def _note(self, kind: str, external_id: str, local_id: int) -> None:
        Imported.objects.get_or_create(
            source=self.source, kind=kind, external_id=external_id, defaults={"local_id": local_id}
        )
        self.done[kind] += 1

    # Users

    def _user(self, row: Row) -> int:
        joined = moment(row.get("CreationDate"))
        name = " ".join(row.get("DisplayName", "").split())[:60] or f"#{row['Id']}"
        about = markup.plain_text(row.get("AboutMe", ""))
        member = self._free_member(handle_of(row), name, joined, about)
        if self.grant_all:
            grant_all(member, now=joined)
        return member.pk

    def _free_member(self, username: str, name: str, joined: datetime, about: str) -> Member:
        # A name that somebody of this site bears is never taken over: the import must not write in their name.
        taken = Imported.objects.filter(kind="Users")
        for attempt in ("", *(f"-{letter}" for letter in "abcdefgh")):
            member = import_member(username=username[:28] + attempt, name=name, joined_at=joined, about=about)
            ours = not member.has_usable_password() and member.joined_at == joined
            if ours and not taken.filter(local_id=member.pk).exists():
                return member
        raise ValueError(f"no free name for {username}")

    def _author(self, row: Row, key: str) -> Member:
        external = row.get(key, "") or NOBODY
        known = self._known("Users", [external])
        if not known:
            # Deleted people have no row: those with a number keep it, the others are one person.
            made = {"Id": external, "DisplayName": "deleted", "CreationDate": row.get("CreationDate", "")}
            self._note("Users", external, self._user(made))
            known = self._known("Users", [external])
        return Member.objects.get(pk=known[external])

    # Posts

    def _post(self, row: Row) -> int | None:
        post = self._answer(row) if row.get("PostTypeId") == ANSWER else self._topic(row)
        if post is None:
            return None
        kept = {"score": number(row.get("Score")), "comment_count": number(row.get("CommentCount"))}
        Post.objects.filter(pk=post.pk).update(**kept)
        return post.pk

    def _topic(self, row: Row) -> Post:
        question = row.get("PostTypeId", QUESTION) == QUESTION
        topic = open_topic(
            author=self._author(row, "OwnerUserId"),
            board=self.board if question else self.aside,
            title=row.get("Title", "").strip()[:200] or f"#{row['Id']}",
            source=text_of(row.get("Body", "")),
            tags=tags_of(row),
            now=moment(row.get("CreationDate")),
            imported=True,
        )
        return Post.objects.get(topic=topic, number=1)

    def _answer(self, row: Row) -> Post | None:
        parent = self._local_post(row.get("ParentId", ""))
        return parent and write_post(
            author=self._author(row, "OwnerUserId"),
            topic=parent.topic,
            source=text_of(row.get("Body", "")),
            now=moment(row.get("CreationDate")),
            imported=True,
        )

    def _comment(self, row: Row) -> int | None:
        parent = self._local_post(row.get("PostId", ""))
        if parent is None:
            return None
        post = write_post(
            author=self._author(row, "UserId"),
            topic=parent.topic,
            source=row.get("Text", "").strip()[: markup.MAX_LENGTH] or "…",
            now=moment(row.get("CreationDate")),
            parent=parent,
            kind=PostKind.COMMENT,
            imported=True,
        )
        return post.pk

    def _local_post(self, external_id: str) -> Post | None:
        known = self._known("Posts", [external_id])
        return Post.objects.select_related("topic").filter(pk=known.get(external_id, 0)).first()

    # Votes and what can only be said at the end

    def _votes(self, batch: list[Row]) -> None:
        posts = self._known("Posts", [row.get("PostId", "") for row in batch])
        found = [row for row in batch if row.get("Id") and row.get("VoteTypeId") in VALUES]
        votes = [
            ImportedVote(
                post_id=posts[row["PostId"]],
                external_id=number(row["Id"]),
                value=VALUES[row["VoteTypeId"]],
                at=moment(row.get("CreationDate")),
            )
            for row in found
            if row.get("PostId") in posts
        ]
        self.skipped["Votes"] += len(found) - len(votes)
        self.done["Votes"] += len(votes) - self._there(votes)
        ImportedVote.objects.bulk_create(votes, ignore_conflicts=True)

    def _there(self, votes: list[ImportedVote]) -> int:
        # Counted first, so that a second run says that it took over nothing.
        ids, posts = [vote.external_id for vote in votes], {vote.post_id for vote in votes}
        return ImportedVote.objects.filter(external_id__in=ids, post__in=posts).count()

    def _finish(self) -> None:
        for row in rows(self.folder / "Posts.xml"):
            if row.get("AcceptedAnswerId") or row.get("ClosedDate"):
                self._close(row)
        newest = Post.objects.filter(topic=OuterRef("pk")).order_by("-written_at", "-number")
        latest = {"last_post_at": newest.values("written_at")[:1], "last_author": newest.values("author")[:1]}
        for board in (self.board, self.aside):
            topics = Topic.objects.filter(board=board)
            topics.update(**{key: Subquery(value) for key, value in latest.items()})
            last = topics.order_by("-last_post_at").values_list("last_post_at", flat=True).first()
            Board.objects.filter(pk=board.pk).update(last_post_at=last)

    def _close(self, row: Row) -> None:
        question, answer = self._local_post(row.get("Id", "")), self._local_post(row.get("AcceptedAnswerId", ""))
        if question is None:
            return
        topic = question.topic
        if answer and answer.topic_id == topic.pk and topic.best_answer_id is None and answer.number > 1:
            choose_best_answer(member=topic.author, post=answer, now=answer.written_at, imported=True)
        if row.get("ClosedDate"):
            Topic.objects.filter(pk=topic.pk).update(closed=True)


def text_of(body: str) -> str:
    """A body as Markdown within the length of a post."""
    return from_html(body)[: markup.MAX_LENGTH].strip() or "…"


def grant_all(member: Member, *, now: datetime) -> None:
    """Every permission there is. Nobody agreed to it: for demonstrations only."""
    for purpose, channels in PURPOSE_CHANNELS.items():
        for channel in channels:
            grant(
                member_id=member.pk,
                purpose=purpose,
                channel=channel,
                text_version=VERSION,
                source=GRANT_SOURCE,
                now=now,
            )


def audit(folder: Path, *, source: str) -> dict[str, tuple[int, int]]:
    """The dump's own figures against what is counted here: how many agree, of how many."""
    local = dict(Imported.objects.filter(source=source, kind="Posts").values_list("external_id", "local_id"))
    votes = dict(ImportedVote.objects.values_list("post").annotate(Sum("value")))
    comments = dict(Post.objects.filter(kind=PostKind.COMMENT).values_list("parent").annotate(Count("pk")))
    replies = Post.objects.filter(kind=PostKind.POST, number__gt=1).values_list("topic")
    answers = dict(replies.annotate(Count("pk")))
    topics = {
        pk: (topic, tags) for pk, topic, tags in Post.objects.filter(number=1).values_list("pk", "topic", "topic__tags")
    }
    ours = set(local.values())
    tagged = Counter(tag for pk, (_topic, tags) in topics.items() if pk in ours for tag in tags)
    tally: dict[str, list[bool]] = {"Score": [], "CommentCount": [], "AnswerCount": [], "tag Count": []}
    for row in rows(folder / "Posts.xml"):
        pk = local.get(row.get("Id", ""), 0)
        tally["Score"].append(pk > 0 and votes.get(pk, 0) == number(row.get("Score")))
        tally["CommentCount"].append(pk > 0 and comments.get(pk, 0) == number(row.get("CommentCount")))
        if "AnswerCount" in row:
            topic = topics.get(pk, (0, []))[0]
            tally["AnswerCount"].append(answers.get(topic, 0) == number(row["AnswerCount"]))
    for row in rows(folder / "Tags.xml"):
        tally["tag Count"].append(tagged[row.get("TagName", "")] == number(row.get("Count")))
    return {name: (sum(agree), len(agree)) for name, agree in tally.items()}
