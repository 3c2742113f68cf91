"""The notifications page and the bell."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from itertools import groupby
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_POST, require_safe

from community.inbox.models import MutedKind, Notification
from community.inbox.services import Told, bell_of, mark_read, notification_kinds, set_muted, set_wanted
from community.kernel.api import SYSTEM, now, number_in, page_in, pages_of, rate_limit
from community.members.api import MemberCard, cards, require_member

SHOWN, NAMED, WEEK = 60, 2, 7
EPOCH, MICROSECOND = datetime(1970, 1, 1, tzinfo=UTC), timedelta(microseconds=1)
MICROSECOND_DIGITS = 16


@dataclass(frozen=True)
class Line:
    """A notification as it is shown, in the ``colours`` of who acted last.

    ``people`` are all who acted, where there are more than the sentence names.
    """

    notification: Notification
    reason: str
    label: str
    sentence: str
    colours: int | None
    people: list[MemberCard]


@require_safe
@login_required
def notifications(request: HttpRequest) -> HttpResponse:
    """The lines by day, the latest first, the unread ones marked."""
    shown_at = now()
    mine = Notification.objects.filter(recipient_id=request.user.pk)
    show = "unread" if request.GET.get("show") == "unread" else ""
    found, page, pages = _page_of(mine.filter(read_at=None) if show else mine, page_in(request.GET.get("page")))
    people = cards((actor for line in found for actor in line.actor_ids), cars=False)
    lines = [_line(one, people) for one in found]
    days = [(label, list(some)) for label, some in groupby(lines, key=lambda line: _when(line.notification.at))]
    context = {
        "days": days,
        "show": show,
        "page": page,
        "pages": pages,
        "unread": bell_of(require_member(request).pk).unread,
        "until": str((shown_at - EPOCH) // MICROSECOND),
        **_kinds(request),
        "section": "me",
    }
    return render(request, "inbox/notifications.html", context)


def _page_of(lines: QuerySet[Notification], page: int) -> tuple[list[Notification], int, int]:
    """The lines of a page, its number and how many there are; a first page that holds all is not counted."""
    found = list(lines[: SHOWN + 1]) if page == 1 else []
    if found and len(found) <= SHOWN:
        return found, 1, 1
    pages = pages_of(lines.count(), SHOWN)
    page = min(page, pages)
    return found[:SHOWN] or list(lines[(page - 1) * SHOWN : page * SHOWN]), page, pages


def _kinds(request: HttpRequest) -> dict[str, Any]:
    muted = set(MutedKind.objects.filter(member_id=require_member(request).pk).values_list("kind", flat=True))
    return {"kinds": [(kind, kind.kind not in muted) for kind in notification_kinds().values()]}


def _when(at: datetime) -> str:
    """The heading a line stands under."""
    today = timezone.localtime(now()).date()
    days = (today - timezone.localtime(at).date()).days
    if days < WEEK:
        return {0: _("Today"), 1: _("Yesterday")}.get(max(days, 0), _("This week"))
    return _("Earlier")


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


def _line(notification: Notification, people: dict[int, MemberCard]) -> Line:
    last = people.get(next(iter(notification.actor_ids), SYSTEM))
    acted = [people[actor] for actor in notification.actor_ids if actor in people]
    named = [person.name for person in acted[:NAMED]]
    actors = len(notification.actor_ids) if named else 1
    who = _together(named, actors - len(named) if named else 0)
    told = Told(who, actors, notification.count, notification.title)
    kind = notification_kinds().get(notification.kind)
    return Line(
        notification,
        str(kind.reason) if kind else "",
        str(kind.label) if kind else "",
        kind.sentence(told) if kind else notification.title,
        last.colours if last else None,
        acted if len(acted) > NAMED else [],
    )


@require_POST
@login_required
def read(request: HttpRequest) -> HttpResponse:
    """Mark all as read: what came after the page was shown stays unread, where the form says when that was."""
    rate_limit(request.user.pk, "settings", now=now())
    shown = number_in(request.POST.get("until", ""), MICROSECOND_DIGITS)
    until = None if shown is None else EPOCH + shown * MICROSECOND
    mark_read(member_id=require_member(request).pk, until=until, now=now())
    return redirect("inbox:notifications")


@require_POST
@login_required
def mute(request: HttpRequest) -> HttpResponse:
    """Turn a kind off or on."""
    rate_limit(request.user.pk, "settings", now=now())
    muted, kind = request.POST.get("muted") == "1", notification_kinds().get(request.POST.get("kind", ""))
    if kind is not None:
        set_muted(member_id=require_member(request).pk, kind=kind.kind, muted=muted)
        told = (
            _("You will no longer be notified of this: %(kind)s.")
            if muted
            else _("You will be notified of this again: %(kind)s.")
        )
        messages.success(request, told % {"kind": kind.label})
    return redirect("inbox:notifications")


@require_POST
@login_required
def kinds(request: HttpRequest) -> HttpResponse:
    """Want the kinds that are on, and no others."""
    rate_limit(request.user.pk, "settings", now=now())
    set_wanted(member_id=require_member(request).pk, kinds=request.POST.getlist("kind"))
    if request.headers.get("HX-Request"):
        return render(request, "inbox/kinds.html", {**_kinds(request), "kept": True})
    messages.success(request, _("Kept."))
    return redirect("inbox:notifications")


@require_safe
@login_required
def follow(request: HttpRequest, pk: int) -> HttpResponse:
    """Open what a line is about; it counts as read."""
    line = get_object_or_404(Notification, pk=pk, recipient_id=request.user.pk)
    mark_read(member_id=require_member(request).pk, notification_id=pk, now=now())
    return redirect(line.url)


@require_safe
def bell(request: HttpRequest) -> HttpResponse:
    """The bell alone, for live pages. Who is signed out since gets nothing, not the sign-in page."""
    if not request.user.is_authenticated:
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    return render(request, "inbox/bell.html", {"bell": bell_of(request.user.pk)})
