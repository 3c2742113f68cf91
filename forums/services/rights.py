"""Who may do what in the forums: each raises what it refuses with."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext as _

from community.kernel.api import Conflict, NotAllowed, contributions
from community.members.api import Member, Role, has_role, require_role
from forums.gone import gone_topic
from forums.models import Board, Post, Topic, readers_of


def require_reader(member: Member, board: Board) -> None:
    """Raise NotAllowed for a board the member may not read."""
    if board.readers not in readers_of(member):
        raise NotAllowed(_("This board is not open to you."))


def require_open(topic: Topic, author: Member) -> None:
    """Raise Gone for a deleted topic and Conflict for a closed one; moderators may still reply."""
    if topic.deleted_at:
        raise gone_topic(topic)
    if topic.closed and not has_role(author, Role.MODERATOR):
        raise Conflict(_("This topic is closed."))


def require_editor(member: Member, post: Post) -> None:
    """Raise NotAllowed for somebody who is neither the author nor a moderator."""
    if post.author_id != member.pk:
        require_role(member, Role.MODERATOR)


def may_host(viewer: Any, board: Board) -> bool:
    """Whether somebody may close and pin the topics of a board: a moderator, and who runs the club whose board it is.

    Clubs say who that is ("clubs.run_by"); one who may not read the board does not run it.
    """
    if has_role(viewer, Role.MODERATOR):
        return True
    asked = viewer.pk and board.club_slug and board.readers in readers_of(viewer)
    return bool(asked and contributions("clubs.run_by", viewer.pk, board.club_slug))


def require_host(member: Member, topic: Topic) -> None:
    """Raise NotAllowed for somebody who may not close and pin it, and Gone for a deleted topic; moderators may."""
    if not may_host(member, topic.board):
        require_role(member, Role.MODERATOR)
    if topic.deleted_at and not has_role(member, Role.MODERATOR):
        raise gone_topic(topic)
