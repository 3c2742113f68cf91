"""The bell in the top bar, and what goes with an erased member."""

from __future__ import annotations

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString

from community.inbox.models import MutedKind, Notification
from community.inbox.services import bell_of
from community.kernel.api import fills


@fills("nav.bell")
def bell(request: HttpRequest) -> SafeString:
    """The bell with its dot."""
    context = {"bell": bell_of(request.user.pk or 0), "user": request.user}
    return render_to_string("inbox/bell.html", context)


@fills("members.erase")
def erase(member_id: int) -> None:
    """Notifications and choices go."""
    Notification.objects.filter(recipient_id=member_id).delete()
    MutedKind.objects.filter(member_id=member_id).delete()
