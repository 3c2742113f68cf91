"""The notifications page and the bell."""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from community.inbox.models import MutedKind, Notification
from community.inbox.services import bell_of, mark_read, notification_kinds, set_muted
from community.kernel.api import now
from community.members.api import cards

SHOWN = 60


@require_safe
@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    """The latest lines, the unread ones marked."""
    found = list(Notification.objects.filter(recipient_id=request.user.pk)[:SHOWN])
    people = cards([actor for line in found for actor in line.actor_ids[:2]])
    muted = set(MutedKind.objects.filter(member_id=request.user.pk or 0).values_list("kind", flat=True))
    kinds = [(kind, kind.kind in muted) for kind in notification_kinds().values()]
    context = {"lines": [_line(one, people) for one in found], "kinds": kinds, "section": "me"}
    return render(request, "inbox/notifications.html", context)


def _together(names: list[str], others: int) -> str:
    """Up to two names and how many others, as the subject of a sentence."""
    if not names:
        return _("Somebody")
    if others > 0:
        shown = pgettext("between names", ", ").join(names)
        return ngettext("%(names)s and %(count)s more", "%(names)s and %(count)s more", others) % {
            "names": shown,
            "count": others,
        }
    return _("%(first)s and %(second)s") % {"first": names[0], "second": names[1]} if names[1:] else names[0]


def _line(notification: Notification, people: dict[int, Any]) -> dict[str, Any]:
    names = [people[actor].name for actor in notification.actor_ids[:2] if actor in people]
    who = _together(names, len(notification.actor_ids) - len(names))
    kind = notification_kinds().get(notification.kind)
    sentence = kind.sentence(who, notification.count, notification.title) if kind else notification.title
    first = notification.actor_ids[0] if notification.actor_ids else None
    return {"notification": notification, "sentence": sentence, "actor": first, "label": kind.label if kind else ""}


@require_POST
@login_required
def read(request: HttpRequest) -> HttpResponse:
    """Mark all as read."""
    mark_read(member_id=request.user.pk or 0, now=now())
    return redirect("inbox:notifications")


@require_POST
@login_required
def mute(request: HttpRequest) -> HttpResponse:
    """Turn a kind off or on."""
    muted = request.POST.get("muted") == "1"
    set_muted(member_id=request.user.pk or 0, kind=request.POST.get("kind", ""), muted=muted)
    return redirect("inbox:notifications")


@require_safe
@login_required
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Open what a line is about; it counts as read."""
    line = get_object_or_404(Notification, pk=pk, recipient_id=request.user.pk)
    mark_read(member_id=request.user.pk or 0, notification_id=pk, now=now())
    return redirect(line.url)


@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone, for live pages. Who is signed out since gets nothing, not the sign-in page."""
    if not request.user.is_authenticated:
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    return render(request, "inbox/bell.html", {"bell": bell_of(request.user.pk)})
