"""A Stack Exchange dump: users, questions, answers, comments and votes, with their original times.

Every row and the note that it was taken over are written in one transaction, so an import that was cut off goes on
where it stopped and a second run changes nothing.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from datetime import datetime
from pathlib import Path

from community.kernel import markup
from community.kernel.api import batched, giving_way
from community.kernel.plain import plain_text
from community.members.api import Member, Newcomer
from forums.counts import set_counts
from forums.enums import PostKind
from forums.importers.common import BATCH, alone, grant_all, note, take_back, taken_over
from forums.importers.dump import Progress, Row, rows
from forums.importers.figures import keep_figures
from forums.importers.people import take_people
from forums.importers.sameness import Meanwhile
from forums.importers.values import (
    ANSWER,
    AUTHORS,
    NOBODY,
    QUESTION,
    author_of,
    handle_of,
    kind_of,
    name_of,
    number,
    tags_of,
    text_of,
    time_of,
    title_of,
)
from forums.importers.votes import take_votes
from forums.models import Board, Imported, Post, Topic
from forums.services import choose_best_answer, open_topic, write_post

Take = Callable[[Row], int | None]

PARENTS = ("ParentId", "PostId")
KEPT_ON_POSTS = {"Score": "score", "CommentCount": "comment_count"}


class Import:
    """One dump on its way into two boards: the conversations, and what is no conversation (tag texts)."""

    def __init__(
        self, folder: Path, board: Board, aside: Board, *, source: str, since: int, grant_all: bool, now: datetime
    ) -> None:
        self.folder, self.board, self.aside, self.source, self.now = folder, board, aside, source, now
        self.grant_all = grant_all
        self.meanwhile = Meanwhile(source=source, since=since, now=now)
        self.first_acts: dict[str, datetime] = {}
        self.columns: defaultdict[str, set[str]] = defaultdict(set)
        self.orphans: set[str] = set()
        self.done: Counter[str] = Counter()
        self.skipped: Counter[str] = Counter()
        self.people: dict[str, int] = {}  # of the batch that is taken over: who and what its rows name
        self.posts: dict[str, int] = {}

    def run(self, progress: Progress) -> None:
        """Everything, in an order in which each thing finds what it belongs to. Raises Unreadable."""
        if self.grant_all:
            self._look_ahead(progress)
            self._grant_the_known()
        for users in giving_way(batched(progress(rows(self.folder, "Users"), "Users"), BATCH)):
            self._users(users)
        self._pass("Posts", progress(rows(self.folder, "Posts"), "Posts"), self._post)
        self._orphans(progress)
        self._pass("Comments", progress(rows(self.folder, "Comments"), "Comments"), self._comment)
        for batch in giving_way(batched(progress(rows(self.folder, "Votes"), "Votes"), BATCH)):
            self._votes(batch)
        self._finish(progress)

    def _look_ahead(self, progress: Progress) -> None:
        """When each user first wrote something."""
        for name in AUTHORS:
            for row in progress(rows(self.folder, name), f"{name}, first acts"):
                user, at = author_of(row, name)["Id"], self._at(row)
                self.first_acts[user] = min(at, self.first_acts.get(user, at))

    def _pass(self, name: str, found: Iterable[Row], take: Take) -> None:
        for batch in giving_way(batched(found, BATCH)):
            self._batch(name, batch, take)

    def _orphans(self, progress: Progress) -> None:
        """Answers that stood before their question."""
        while self.orphans:
            waiting, self.orphans = self.orphans, set()
            found = (row for row in rows(self.folder, "Posts") if row.get("Id") in waiting)
            self._pass("Posts", progress(found, "Answers"), self._post)
            if self.orphans == waiting:
                self.skipped["Posts"] += len(waiting)
                return

    @alone()
    def _batch(self, name: str, batch: list[Row], take: Take) -> None:
        known = self._known(name, [row["Id"] for row in batch if "Id" in row])
        self._look_up(batch, people=name)
        new: dict[str, int] = {}
        for row in batch:
            self.columns[name].update(row)
            external = row.get("Id", "")
            if not external:
                self.skipped[name] += 1
            elif external not in known and (local_id := take(row)) is not None:
                known[external] = new[external] = local_id
                if name == "Posts":
                    self.posts[external] = local_id
        self._note(name, new)

    def _look_up(self, batch: Iterable[Row], *, people: str = "", posts: Iterable[str] = PARENTS) -> None:
        """Whom and what these rows name, of what was taken over: asked once for all of them."""
        if people:
            self.people = self._known("Users", {author_of(row, people)["Id"] for row in batch})
        self.posts = self._known("Posts", {row[key] for row in batch for key in posts if key in row})

    def _known(self, kind: str, ids: Iterable[str]) -> dict[str, int]:
        return taken_over(self.source, kind, ids)

    def _note(self, kind: str, things: dict[str, int]) -> None:
        note(self.source, kind, things)
        self.done[kind] += len(things)

    def _at(self, row: Row) -> datetime:
        return time_of(row, now=self.now)

    # Users

    @alone()
    def _users(self, batch: list[Row]) -> None:
        users = {row["Id"]: row for row in reversed(batch) if row.get("Id")}
        self.skipped["Users"] += sum(not row.get("Id") for row in batch)
        known = self._known("Users", users)
        self.meanwhile.require_same(users, known)
        self._take_users({external: users[external] for external in reversed(users) if external not in known})

    def _take_users(self, users: dict[str, Row]) -> dict[str, Member]:
        members = take_people({external: self._newcomer(row) for external, row in users.items()})
        self._note("Users", {external: member.pk for external, member in members.items()})
        if self.grant_all:
            # NOBODY is several people, of whom an audience must not make one.
            grant_all({members[key].pk: self._since(row) for key, row in users.items() if key != NOBODY})
        return members

    def _newcomer(self, row: Row) -> Newcomer:
        about = plain_text(row.get("AboutMe", ""))
        return Newcomer(username=handle_of(row), name=name_of(row), joined_at=self._at(row), about=about)

    def _since(self, user: Row) -> datetime:
        """From when on to permit everything: the first act, which may be older than the account if posts were moved."""
        joined = self._at(user)
        return min(joined, self.first_acts.get(user["Id"], joined))

    def _grant_the_known(self) -> None:
        """Those whom an earlier run took over without permissions.

        Not the one who is several people: what an earlier version granted that one is taken back.
        """
        with alone():
            take_back(self._known("Users", [NOBODY]).values(), now=self.now)
        known = Imported.objects.filter(source=self.source, kind="Users").exclude(external_id=NOBODY)
        # Read to the end first: SQLite lets nobody write who is still reading what others changed meanwhile.
        for chunk in giving_way(batched(list(known.values_list("local_id", "external_id")), BATCH)):
            people = Member.objects.filter(erased_at=None).in_bulk([local_id for local_id, _external in chunk])
            joined = {local_id: people[local_id].joined_at for local_id, _external in chunk if local_id in people}
            with alone():
                grant_all(
                    {
                        local_id: min(joined[local_id], self.first_acts.get(external_id, joined[local_id]))
                        for local_id, external_id in chunk
                        if local_id in joined
                    }
                )

    def _author(self, row: Row, file: str) -> Member | None:
        """Who wrote it; None for somebody who was erased here, of whom nothing more is taken over."""
        author = author_of(row, file)
        external = author["Id"]
        if external in self.people:
            return Member.objects.filter(pk=self.people[external], erased_at=None).first()
        member = self._take_users({external: author})[external]
        self.people[external] = member.pk
        return member

    # Posts

    def _post(self, row: Row) -> int | None:
        post = self._answer(row) if kind_of(row) == ANSWER else self._topic(row)
        if post is None:
            return None
        stated = {field: number(row[name]) for name, field in KEPT_ON_POSTS.items() if name in row}
        if "comment_count" in stated:
            stated["comment_count"] = max(0, stated["comment_count"])
        if stated:
            Post.objects.filter(pk=post.pk).update(**stated)
        return post.pk

    def _topic(self, row: Row) -> Post | None:
        question, author = kind_of(row) == QUESTION, self._author(row, "Posts")
        if author is None:
            self.skipped["Posts"] += 1
            return None
        topic = open_topic(
            author=author,
            board=self.board if question else self.aside,
            title=title_of(row),
            source=text_of(row.get("Body", "")),
            tags=tags_of(row),
            now=self._at(row),
            imported=True,
        )
        return Post.objects.get(topic=topic, number=1)

    def _answer(self, row: Row) -> Post | None:
        parent = self._local_post(row.get("ParentId", ""))
        if parent is None:
            self.orphans.add(row["Id"])
            return None
        author = self._author(row, "Posts")
        if author is None:
            self.skipped["Posts"] += 1
            return None
        return write_post(
            author=author,
            topic=parent.topic,
            source=text_of(row.get("Body", "")),
            now=self._at(row),
            imported=True,
        )

    def _comment(self, row: Row) -> int | None:
        parent = self._local_post(row.get("PostId", ""))
        author = self._author(row, "Comments") if parent else None
        if parent is None or author is None:
            self.skipped["Comments"] += 1
            return None
        post = write_post(
            author=author,
            topic=parent.topic,
            source=row.get("Text", "").strip()[: markup.MAX_LENGTH] or "…",
            now=self._at(row),
            parent=parent,
            kind=PostKind.COMMENT,
            imported=True,
        )
        return post.pk

    def _local_post(self, external_id: str) -> Post | None:
        """A post that was taken over and still has a place: nothing is added to a topic deleted here."""
        here = Post.objects.select_related("topic").filter(topic__deleted_at=None)
        return here.filter(pk=self.posts[external_id]).first() if external_id in self.posts else None

    # Votes and what can only be said at the end

    @alone()
    def _votes(self, batch: list[Row]) -> None:
        self.columns["Votes"].update(*batch)
        taken, left_out = take_votes(batch, source=self.source, now=self.now)
        self.done["Votes"] += taken
        self.skipped["Votes"] += left_out

    def _finish(self, progress: Progress) -> None:
        keep_figures(self.folder, source=self.source, columns=self.columns, progress=progress)
        for batch in giving_way(batched(progress(rows(self.folder, "Posts"), "Closing"), BATCH)):
            self._close(batch)
            self._count(batch)

    @alone()
    def _close(self, batch: list[Row]) -> None:
        """Accepted answers and closed questions. Once said, what moderators change here stays."""
        said = [row for row in batch if row.get("Id") and (row.get("AcceptedAnswerId") or row.get("ClosedDate"))]
        ended = {row["Id"]: row for row in reversed(said)}  # of two rows with one id the first counts
        known = self._known("Closings", ended)
        self._look_up(ended.values(), posts=("Id", "AcceptedAnswerId"))
        for row in reversed(ended.values()):
            question = self._local_post(row["Id"]) if row["Id"] not in known else None
            if question is None:
                continue
            self._accept(question.topic, self._local_post(row.get("AcceptedAnswerId", "")))
            if row.get("ClosedDate"):
                Topic.objects.filter(pk=question.topic_id).update(closed=True)
            self._note("Closings", {row["Id"]: question.pk})

    @staticmethod
    def _accept(topic: Topic, answer: Post | None) -> None:
        fits = answer and answer.topic_id == topic.pk and answer.number > 1 and not answer.deleted_at
        if answer and fits and topic.best_answer_id is None and topic.author.erased_at is None:
            choose_best_answer(member=topic.author, post=answer, now=answer.written_at, imported=True)

    def _count(self, batch: list[Row]) -> None:
        """Count from the votes and comments that are here; what cannot be counted stays as stated."""
        posts = list(self._known("Posts", [row["Id"] for row in batch if row.get("Id")]).values())
        set_counts(posts, list(KEPT_ON_POSTS.values()))
