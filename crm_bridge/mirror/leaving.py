"""Leaving: the file a member may take along, and the erasure of their account."""

from __future__ import annotations

from http import HTTPStatus
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.decorators import reauthentication_required
from allauth.core.exceptions import ReauthenticationRequired
from django.contrib.auth import logout
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from community.kernel.api import now, rate_limit
from community.members.api import erase_member, require_member
from crm_bridge.mirror.explain import as_json
from crm_bridge.mirror.flashes import add_flash
from crm_bridge.mirror.forms import EraseForm
from crm_bridge.mirror.views import View, see_other


@require_safe
@login_required
def download(request: HttpRequest) -> HttpResponse:
    """The member's file, after the password where the sign-in is some time ago; then the way leads back to the button.

    Not to the file: a browser saves it and would go on showing the form.
    """
    try:
        return _file(request)
    except ReauthenticationRequired:
        url = get_adapter().get_reauthentication_methods(request.user)[0]["url"]
        return redirect(f"{url}?{urlencode({'next': reverse('crm:download_ready')})}")


@require_safe
@login_required
def ready(request: HttpRequest) -> HttpResponse:
    """After the password: back to the button, saying that it serves now."""
    return _back_to_the_button(request)


def _as_file(request: HttpRequest) -> HttpResponse:
    """All that is kept of the member as JSON to save, as ``manage.py explain`` prints it. Raises TooMany."""
    member = require_member(request)
    rate_limit(member.pk, "file", now=now())
    headers = {"Content-Disposition": 'attachment; filename="paddock.json"', "Cache-Control": "private, no-store"}
    return HttpResponse(as_json(member), content_type="application/json", headers=headers)


def _said_ready(request: HttpRequest) -> HttpResponse:
    add_flash(request, _("You can download your file now."), "leave")
    return redirect(f"{reverse('crm:mirror')}#leave")


_file: View = reauthentication_required(_as_file, app="allauth.account")
_back_to_the_button: View = reauthentication_required(_said_ready, app="allauth.account")


@require_http_methods(["GET", "HEAD", "POST"])
@login_required
def erase(request: HttpRequest) -> HttpResponse:
    """Ask for the user name, then for the password, then erase."""
    member = require_member(request)
    form = EraseForm(request.POST or None, member=member)
    if request.method == "POST" and form.is_valid():
        return _after_the_password(request)
    status = HTTPStatus.UNPROCESSABLE_ENTITY if request.method == "POST" else HTTPStatus.OK
    return render(request, "crm/mirror_erase.html", {"section": "me", "form": form, "member": member}, status=status)


def _erased(request: HttpRequest) -> HttpResponse:
    member = require_member(request)
    erase_member(member=member, now=now())
    logout(request)
    return see_other(reverse("crm:erased"))


_after_the_password: View = reauthentication_required(_erased)


@require_safe
def erased(request: HttpRequest) -> HttpResponse:
    """What stays of somebody who left."""
    return render(request, "crm/mirror_erased.html")
