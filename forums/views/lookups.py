"""What a request is about: the topics and posts its reader may have, and what the reader may do there."""

from __future__ import annotations

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.shortcuts import get_object_or_404

from community.kernel.api import page_in
from community.members.api import Role, has_role
from forums import services
from forums.gone import gone_post, gone_topic
from forums.models import Board, Post, Topic


def page_number(request: HttpRequest, pages: int) -> int:
    """The page asked for, the first or last one where there is none of that number."""
    return min(page_in(request.GET.get("page")), pages)


def topic_at(reader: Any, pk: int) -> Topic:
    """A topic of a board the reader may read, deleted or not, with its author."""
    return get_object_or_404(Topic.objects.select_related("board", "author").filter(board__in=_boards(reader)), pk=pk)


def readable_topic(reader: Any, pk: int) -> Topic:
    """A topic the reader may read. Raises Gone for a deleted one; moderators read these too."""
    found = topic_at(reader, pk)
    _require_there(reader, found)
    return found


def post_at(reader: Any, pk: int) -> Post:
    """A post of a topic the reader may read, whether it is shown or not. Raises Gone as for the topic."""
    posts = Post.objects.select_related("topic__board").filter(topic__board__in=_boards(reader))
    found = get_object_or_404(posts, pk=pk)
    _require_there(reader, found.topic)
    return found


def readable_post(reader: Any, pk: int) -> Post:
    """A post the reader may read. Raises Gone for a deleted one; moderators read these too."""
    found = post_at(reader, pk)
    if found.deleted_at and not has_role(reader, Role.MODERATOR):
        raise gone_post(found)
    return found


def _boards(reader: Any) -> QuerySet[Board]:
    return Board.objects.all() if has_role(reader, Role.MODERATOR) else Board.objects.visible_to(reader)


def _require_there(reader: Any, topic: Topic) -> None:
    if topic.deleted_at and not has_role(reader, Role.MODERATOR):
        raise gone_topic(topic)


def powers_in(request: HttpRequest, found: Topic) -> dict[str, bool]:
    """What the reader may do in a topic beyond replying, for its buttons; the services decide."""
    is_moderator = has_role(request.user, Role.MODERATOR)
    asked = found.author_id == request.user.pk
    return {
        "can_choose": asked or is_moderator or has_role(request.user, Role.SERVICE_AGENT),
        "is_moderator": is_moderator,
        "may_host": services.may_host(request.user, found.board),
    }
