"""The pages of what a post said before."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from community.kernel.api import now, rate_limit
from community.members.api import Role, has_role, limit_changes, require_member, require_role
from forums import services
from forums.models import PostRevision
from forums.queries.history import steps
from forums.views.lookups import page_number, readable_post

LAST_PAGE = 1_000_000


@require_safe
@login_required
def history(request: HttpRequest, pk: int) -> HttpResponse:
    """What members may read of it: guests, and so search engines, read only what a post says now."""
    found = readable_post(request.user, pk)
    rate_limit(request.user.pk, "history", now=now())
    shown, page, pages = steps(found, page_number(request, LAST_PAGE))
    context = {"post": found, "steps": shown, "page": page, "pages": pages, "section": "clubs"}
    context["is_moderator"] = has_role(request.user, Role.MODERATOR)
    return render(request, "forums/history.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def remove(request: HttpRequest, pk: int, revision: int) -> HttpResponse:
    """Ask, then take an earlier version out for good."""
    found = readable_post(request.user, pk)
    require_role(request.user, Role.MODERATOR)
    old = get_object_or_404(PostRevision, pk=revision, post=found)
    if request.method != "POST":
        return render(request, "forums/history_remove.html", {"post": found, "revision": old, "section": "clubs"})
    limit_changes(request)
    services.remove_revision(actor=require_member(request), revision=old, now=now())
    return redirect("forums:history", pk=found.pk)
