"""The site's search box, and what crawlers ask for."""

from __future__ import annotations

from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import urlencode
from django.views.decorators.http import require_POST, require_safe

from community.kernel.api import now, rate_limit
from community.pages.services import hide_item, show_item


@require_POST
@login_required
def hide(request: HttpRequest) -> HttpResponse:
    """Take an item off one's first page, or put it back; the page offers the way back."""
    key = request.POST.get("key", "")
    rate_limit(request.user.pk, "react", now=now())
    if request.POST.get("act") == "show":
        show_item(member=request.user, key=key)
        return redirect("/")
    hide_item(member=request.user, key=key, now=now())
    if request.headers.get("HX-Request"):
        return render(request, "pages/hidden.html", {"key": key})
    return redirect(f"/?{urlencode({'hidden': key})}")


@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What crawlers should leave alone."""
    lines = ["User-agent: *", "Disallow: /me/", "Disallow: /account/", "Disallow: /workbench/", "Disallow: /search/"]
    return HttpResponse(
        "\n".join([*lines, f"Sitemap: {settings.PADDOCK_URL}/sitemap.xml", ""]), content_type="text/plain"
    )
