"""What happened in the forums. Texts are the plain text of the Markdown, at most 20,000 characters.

``written_at``: when the post was written, as ISO 8601; empty in facts of before it was told.

``imported``: it happened on another forum; profiles and search take it, nobody is notified.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from community.kernel.api import Fact


@dataclass(frozen=True, kw_only=True)
class TopicOpened(Fact):
    """A member opened a topic; the text is its first post's."""

    name: ClassVar[str] = "forums.topic.opened"
    topic_id: int
    post_id: int
    board_id: int
    title: str
    text: str
    tags: tuple[str, ...] = ()
    mentioned_ids: tuple[int, ...] = ()
    quoted_ids: tuple[int, ...] = ()
    imported: bool = False


@dataclass(frozen=True, kw_only=True)
class PostWritten(Fact):
    """A member replied. ``mentioned_ids`` and ``quoted_ids`` are members."""

    name: ClassVar[str] = "forums.post.written"
    topic_id: int
    post_id: int
    board_id: int
    title: str
    text: str
    mentioned_ids: tuple[int, ...] = ()
    quoted_ids: tuple[int, ...] = ()
    imported: bool = False


@dataclass(frozen=True, kw_only=True)
class PostEdited(Fact):
    """A post has a new text; ``title`` is the topic's, and so are the ``tags`` of a first one. Owner: the author."""

    name: ClassVar[str] = "forums.post.edited"
    topic_id: int
    post_id: int
    title: str
    text: str
    is_first: bool
    editor_id: int
    written_at: str = ""
    tags: tuple[str, ...] = ()

    @property
    def done_by(self) -> int:
        """The author, or a moderator."""
        return self.editor_id


@dataclass(frozen=True, kw_only=True)
class PostDeleted(Fact):
    """A post is no longer shown. Owner: the author."""

    name: ClassVar[str] = "forums.post.deleted"
    topic_id: int
    post_id: int
    is_first: bool
    actor_id: int

    @property
    def done_by(self) -> int:
        """The author, or a moderator."""
        return self.actor_id


@dataclass(frozen=True, kw_only=True)
class PostRestored(Fact):
    """A deleted post is shown again. Owner: the author."""

    name: ClassVar[str] = "forums.post.restored"
    topic_id: int
    post_id: int
    title: str
    text: str
    is_first: bool
    actor_id: int
    written_at: str = ""
    tags: tuple[str, ...] = ()

    @property
    def done_by(self) -> int:
        """The author, or a moderator."""
        return self.actor_id


@dataclass(frozen=True, kw_only=True)
class RepliesRetitled(Fact):
    """The topic that replies are in is called otherwise now. Owner: who wrote them.

    It is “…” while it is deleted, and its title again once it is shown, or once an older one was removed for good.
    """

    name: ClassVar[str] = "forums.replies.retitled"
    topic_id: int
    post_ids: tuple[int, ...]
    title: str
    actor_id: int

    @property
    def done_by(self) -> int:
        """The topic's author, or a moderator."""
        return self.actor_id


@dataclass(frozen=True, kw_only=True)
class PostRedacted(Fact):
    """The name of an erased member was taken out of a post, or out of its topic's title. Owner: the author."""

    name: ClassVar[str] = "forums.post.redacted"
    of_erased: ClassVar[bool] = True
    topic_id: int
    post_id: int
    title: str
    text: str
    is_first: bool
    tags: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class PostReacted(Fact):
    """A member reacted to a post."""

    name: ClassVar[str] = "forums.post.reacted"
    topic_id: int
    post_id: int
    author_id: int
    reaction: str


@dataclass(frozen=True, kw_only=True)
class ReactionWithdrawn(Fact):
    """A member took a reaction back."""

    name: ClassVar[str] = "forums.reaction.withdrawn"
    topic_id: int
    post_id: int
    author_id: int
    reaction: str


@dataclass(frozen=True, kw_only=True)
class BestAnswerChosen(Fact):
    """A post was marked as the best answer. Owner: who marked it."""

    name: ClassVar[str] = "forums.best_answer.chosen"
    topic_id: int
    post_id: int
    author_id: int
    imported: bool = False


@dataclass(frozen=True, kw_only=True)
class BestAnswerCleared(Fact):
    """A topic has no best answer any more. Owner: who cleared it."""

    name: ClassVar[str] = "forums.best_answer.cleared"
    topic_id: int
    post_id: int
    author_id: int
    imported: bool = False


@dataclass(frozen=True, kw_only=True)
class TopicClosed(Fact):
    """A topic takes no more replies. Owner: who did it, a moderator or who runs the club."""

    name: ClassVar[str] = "forums.topic.closed"
    topic_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class TopicReopened(Fact):
    """A closed topic takes replies again. Owner: who did it, a moderator or who runs the club."""

    name: ClassVar[str] = "forums.topic.reopened"
    topic_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class TopicPinned(Fact):
    """A topic stays on top of its board. Owner: who did it, a moderator or who runs the club."""

    name: ClassVar[str] = "forums.topic.pinned"
    topic_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class TopicUnpinned(Fact):
    """A topic no longer stays on top. Owner: who did it, a moderator or who runs the club."""

    name: ClassVar[str] = "forums.topic.unpinned"
    topic_id: int
    author_id: int


@dataclass(frozen=True, kw_only=True)
class BoardMade(Fact):
    """There is a new board. Owner: the brand manager who made it."""

    name: ClassVar[str] = "forums.board.made"
    board_id: int
    slug: str
    readers: str


@dataclass(frozen=True, kw_only=True)
class BoardChanged(Fact):
    """A board is called, described, ordered or read otherwise. Owner: the brand manager who changed it.

    ``previous`` are the readers it had before.
    """

    name: ClassVar[str] = "forums.board.changed"
    board_id: int
    slug: str
    readers: str
    previous: str
