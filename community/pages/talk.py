"""What higher floors tell of conversations: a club's page shows them without knowing the forums."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass


@dataclass(frozen=True)
class Conversation:
    """A topic in a few words. ``new`` posts are new to the reader, ``same`` people have the question too."""

    title: str
    url: str
    language: str
    excerpt: str
    replies: int
    new: int = 0
    same: int = 0
    by_brand: bool = False
    solved: bool = False


@dataclass(frozen=True)
class ClubTalk:
    """A club's board for one reader: how much there is, what is new, the latest and the liveliest topics."""

    url: str
    open_url: str
    topics: int
    answered: int
    new: int
    latest: Sequence[Conversation]
    lively: Sequence[Conversation]


@dataclass(frozen=True)
class ClubNews:
    """A club's board, how many topics it has, and how many of them have something new for the reader."""

    url: str
    topics: int
    new: int
