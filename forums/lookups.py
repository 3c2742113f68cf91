"""What a request is about: the topics and posts its reader may have, and who the reader is."""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from community.kernel.api import Gone, page_in
from community.members.api import Role, has_role
from forums.models import Board, Post, Topic


def member_of(request: HttpRequest) -> Any:
    """Who is signed in."""
    return request.user


def page_number(request: HttpRequest, pages: int) -> int:
    """The page asked for, the first or last one where there is none of that number."""
    return min(page_in(request.GET.get("page")), pages)


def readable_topic(request: HttpRequest, pk: int) -> Topic:
    """A topic the reader may read; deleted ones only moderators may. Raises Gone where one was deleted."""
    found = topic_replied_to(request, pk)
    if found.deleted_at and not has_role(request.user, Role.MODERATOR):
        raise Gone(_("This topic was deleted."))
    return found


def topic_replied_to(request: HttpRequest, pk: int) -> Topic:
    """One that was deleted too: whoever was writing meanwhile is told so, and has their text back."""
    boards = Board.objects.all() if has_role(request.user, Role.MODERATOR) else Board.objects.visible_to(request.user)
    return get_object_or_404(Topic.objects.select_related("board").filter(board__in=boards), pk=pk)


def post_at(request: HttpRequest, pk: int) -> Post:
    """A post of a topic the reader may read, whether it is shown or not."""
    found = get_object_or_404(Post.objects.select_related("topic__board"), pk=pk)
    if not (has_role(request.user, Role.MODERATOR) or found.topic.is_visible_to(request.user)):
        raise Http404
    return found


def readable_post(request: HttpRequest, pk: int) -> Post:
    """A post the reader may read; deleted ones only moderators may."""
    found = post_at(request, pk)
    if found.deleted_at and not has_role(request.user, Role.MODERATOR):
        raise Http404
    return found
