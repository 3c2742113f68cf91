"""The entrances Wagtail and Django bring along. Each leads to allauth's sign-in and takes nothing itself.

Only allauth's asks for the second step and counts the tries: an entrance beside it would be one around both.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Any

from allauth.account.decorators import secure_admin_login
from allauth.account.utils import get_next_redirect_url
from django.conf import settings
from django.contrib import admin
from django.contrib.auth.views import redirect_to_login
from django.contrib.messages import get_messages
from django.core.exceptions import PermissionDenied
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect

from community.kernel.api import now, rate_limit

EDIT = "wagtailadmin.access_admin"


def few_tries(view: Callable[..., HttpResponse]) -> Callable[..., HttpResponse]:
    """A view that takes a password many people share: only so many tries an address."""

    @wraps(view)
    def limited(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        if request.method == "POST":
            rate_limit(request.META.get("REMOTE_ADDR"), "password", now=now())
        return view(request, *args, **kwargs)

    return limited


def _to_editors(request: HttpRequest, **kwargs: Any) -> HttpResponse:
    """To the editors' area, for those who may. Whoever may not is told so; Wagtail would send them round in circles."""
    if not request.user.has_perm(EDIT):
        list(get_messages(request))  # Wagtail says the same in its own words
        raise PermissionDenied
    return redirect(get_next_redirect_url(request) or "wagtailadmin_home")


def _to_back_office(request: HttpRequest) -> HttpResponse:
    """To Django's own admin, for those who may; the others would be sent round in circles."""
    if not admin.site.has_permission(request):
        raise PermissionDenied
    return redirect(get_next_redirect_url(request) or "admin:index")


editors: Callable[..., HttpResponse] = secure_admin_login(_to_editors)
back_office: Callable[..., HttpResponse] = secure_admin_login(_to_back_office)


def private_pages(request: HttpRequest) -> HttpResponse:
    """To a page of Wagtail's that not everybody may read. Who is signed in and sent here may not read it."""
    if request.user.is_authenticated:
        raise PermissionDenied
    return redirect_to_login(get_next_redirect_url(request) or settings.LOGIN_REDIRECT_URL)
