"""A Stack Exchange dump: users, questions, answers, comments and votes, with their original times.

Every row and the note that it was taken over are written in one transaction, so an import that was cut off goes on
where it stopped and a second run changes nothing.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, datetime
from pathlib import Path

from defusedxml.ElementTree import iterparse
from django.db import transaction
from django.db.models import OuterRef, Subquery

from community.kernel import markup
from community.members.api import Member
from forums.enums import PostKind
from forums.importers.common import BATCH, batched, free_member, grant_all, taken_over
from forums.importers.markdown import from_html
from forums.models import Board, Imported, ImportedFigure, ImportedVote, Post, Topic
from forums.queries import counted_figures, figure_here
from forums.services import choose_best_answer, open_topic, write_post

Row = dict[str, str]
Progress = Callable[[Iterable[Row], str], Iterable[Row]]

EPOCH = datetime(2008, 1, 1, tzinfo=UTC)
QUESTION, ANSWER = "1", "2"
VALUES = {"2": 1, "3": -1}
NOBODY = "0"
KEPT_FIGURES = ("AnswerCount", "tag Count")


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


def first_acts(folder: Path) -> dict[str, datetime]:
    """When each user first wrote something."""
    found: dict[str, datetime] = {}
    for name, key in (("Posts", "OwnerUserId"), ("Comments", "UserId")):
        for row in rows(folder / f"{name}.xml"):
            user, at = row.get(key, "") or NOBODY, moment(row.get("CreationDate"))
            found[user] = min(at, found.get(user, at))
    return found


class Import:
    """One dump on its way into two boards: the conversations, and what is no conversation (tag texts)."""

    def __init__(self, folder: Path, board: Board, aside: Board, *, source: str, grant_all: bool) -> None:
        self.folder, self.board, self.aside, self.source, self.grant_all = folder, board, aside, source, grant_all
        self.first_acts: dict[str, datetime] = {}
        self.done: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()

    def run(self, progress: Progress) -> None:
        """Everything, in an order in which each thing finds what it belongs to."""
        if self.grant_all:
            self.first_acts = first_acts(self.folder)
            self._grant_the_known()
        steps = (("Users", self._user), ("Posts", self._post), ("Comments", self._comment), ("Votes", None))
        for name, take in steps:
            for batch in batched(progress(rows(self.folder / f"{name}.xml"), name), BATCH):
                self._batch(name, batch, take)
        with transaction.atomic():
            self._finish()
            self._keep_figures()

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
        return taken_over(self.source, kind, ids)

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
        handle = handle_of(row)[:28]
        member = free_member(handle, kind="Users", name=name, joined_at=joined, about=about, language="en")
        if self.grant_all:
            self._grant(member, row["Id"])
        return member.pk

    def _grant(self, member: Member, external_id: str) -> None:
        """Permit everything from the first act on, which may be older than the account: posts are moved at times."""
        grant_all(member, now=min(member.joined_at, self.first_acts.get(external_id, member.joined_at)))

    def _grant_the_known(self) -> None:
        """Those whom an earlier run took over without permissions."""
        known = Imported.objects.filter(source=self.source, kind="Users").values_list("local_id", "external_id")
        for chunk in batched(known.iterator(), BATCH):
            people = Member.objects.in_bulk([local_id for local_id, _external in chunk])
            with transaction.atomic():
                for local_id, external_id in chunk:
                    if local_id in people and people[local_id].erased_at is None:
                        self._grant(people[local_id], external_id)

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

    def _keep_figures(self) -> None:
        """What the dump states, so that ``recount --check`` can tell without it; posts keep Score and CommentCount."""
        figures = [
            ImportedFigure(source=self.source, name=name, external_id=external_id[:80], value=value)
            for name, external_id, value in stated(self.folder)
            if name in KEPT_FIGURES
        ]
        ImportedFigure.objects.filter(source=self.source).delete()
        ImportedFigure.objects.bulk_create(figures, batch_size=BATCH, ignore_conflicts=True)

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


def stated(folder: Path) -> Iterator[tuple[str, str, int]]:
    """The dump's own figures: name, id of what it is about, value."""
    for row in rows(folder / "Posts.xml"):
        for name in ("Score", "CommentCount"):
            yield name, row.get("Id", ""), number(row.get(name))
        if "AnswerCount" in row:
            yield "AnswerCount", row.get("Id", ""), number(row["AnswerCount"])
    for row in rows(folder / "Tags.xml"):
        yield "tag Count", row.get("TagName", ""), number(row.get("Count"))


def audit(folder: Path, *, source: str) -> dict[str, tuple[int, int]]:
    """The dump's own figures against what is counted here: how many agree, of how many."""
    here = counted_figures(source)
    tally: dict[str, list[bool]] = {"Score": [], "CommentCount": [], "AnswerCount": [], "tag Count": []}
    for name, external_id, value in stated(folder):
        tally[name].append(figure_here(here, name, external_id) == value)
    return {name: (sum(agree), len(agree)) for name, agree in tally.items()}
