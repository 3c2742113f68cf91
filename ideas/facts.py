"""What happened in contests."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from community.kernel.api import Fact


@dataclass(frozen=True, kw_only=True)
class ContestPhaseChanged(Fact):
    """A contest entered a phase. Owner: the system."""

    name: ClassVar[str] = "ideas.contest.phase_changed"
    contest_id: int
    phase: str
    previous: str


@dataclass(frozen=True, kw_only=True)
class IdeaSubmitted(Fact):
    """A member handed an idea in."""

    name: ClassVar[str] = "ideas.idea.submitted"
    idea_id: int
    contest_id: int
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class IdeaEdited(Fact):
    """An idea has a new text. Owner: its author."""

    name: ClassVar[str] = "ideas.idea.edited"
    idea_id: int
    contest_id: int
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class IdeaRedacted(Fact):
    """The name of an erased member was taken out of an idea. Owner: its author, or one who voted for it."""

    name: ClassVar[str] = "ideas.idea.redacted"
    of_erased: ClassVar[bool] = True
    idea_id: int
    contest_id: int
    title: str
    text: str


@dataclass(frozen=True, kw_only=True)
class IdeaWithdrawn(Fact):
    """An idea is no longer shown. Owner: its author."""

    name: ClassVar[str] = "ideas.idea.withdrawn"
    of_erased: ClassVar[bool] = True
    idea_id: int
    contest_id: int


@dataclass(frozen=True, kw_only=True)
class IdeaSetAside(Fact):
    """The brand set an idea aside before the vote. Owner: its author. The reason is read where allowed."""

    name: ClassVar[str] = "ideas.idea.set_aside"
    of_erased: ClassVar[bool] = True
    idea_id: int
    contest_id: int


@dataclass(frozen=True, kw_only=True)
class IdeaBroughtBack(Fact):
    """An idea that was set aside is in its contest again. Owner: its author."""

    name: ClassVar[str] = "ideas.idea.brought_back"
    of_erased: ClassVar[bool] = True
    idea_id: int
    contest_id: int


@dataclass(frozen=True, kw_only=True)
class IdeaVoted(Fact):
    """A member voted for an idea, or moved their vote to it. Title and text are the idea's."""

    name: ClassVar[str] = "ideas.idea.voted"
    idea_id: int
    contest_id: int
    author_id: int
    title: str
    text: str
    moved_from_id: int | None = None


@dataclass(frozen=True, kw_only=True)
class VoteWithdrawn(Fact):
    """A member took their vote back."""

    name: ClassVar[str] = "ideas.vote.withdrawn"
    idea_id: int
    contest_id: int


@dataclass(frozen=True, kw_only=True)
class VoteForgotten(Fact):
    """Nothing is kept of what an idea said that a member voted for, as its author was erased. Owner: the voter."""

    name: ClassVar[str] = "ideas.vote.forgotten"
    of_erased: ClassVar[bool] = True
    idea_id: int


@dataclass(frozen=True, kw_only=True)
class IdeaDecided(Fact):
    """The brand decided about an idea, or decided anew. Owner: its author. What was decided is read where allowed."""

    name: ClassVar[str] = "ideas.idea.decided"
    of_erased: ClassVar[bool] = True
    idea_id: int
    contest_id: int
