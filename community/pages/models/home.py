"""The first page."""

from __future__ import annotations

from typing import Any, ClassVar

from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.http import Http404, HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page
from wagtail.url_routing import RouteResult

from community.kernel.api import contributions
from community.pages.feed import mixed
from community.pages.models.base import BrandPage
from community.pages.models.hidden import HiddenItem
from community.pages.models.languages import withheld_from

FEED_LIMIT = 24
MOST_HIDDEN = 50


def _routed(home: Page, request: HttpRequest, path_components: list[str]) -> RouteResult | None:
    try:
        return Page.route(home, request, path_components)
    except Http404:
        return None


class HomePage(BrandPage):
    """The first page: what is new for me, each item with its reason."""

    welcome = models.CharField(_("welcome"), max_length=200, blank=True)
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("welcome")]
    max_count_per_parent = 1
    template = "pages/home.html"

    class Meta:
        verbose_name = _("home page")
        verbose_name_plural = _("home pages")

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """The page at an address; where the reader's language never had that page, the one in another language."""
        found = _routed(self, request, path_components)
        others = self.get_translations().order_by("pk") if found is None else ()
        tried = (_routed(other, request, path_components) for other in others)
        result = found or next((other for other in tried if other and self._may_stand_in(other.page)), None)
        if result is None:
            raise Http404
        return result

    def _may_stand_in(self, page: Page) -> bool:
        """Whether a page in another language is for those who read this one."""
        withheld = withheld_from(self.locale.language_code)
        return not Page.objects.filter(withheld, pk=page.pk).exists()

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The context of the first page with the feed: what the reader did not hide, and what they hid just now."""
        user: Any = request.user
        member = None if isinstance(user, AnonymousUser) else user
        hidden = HiddenItem.objects.keys_of(member)
        limit = FEED_LIMIT + min(len(hidden), MOST_HIDDEN)  # what is hidden leaves no gap
        parts = contributions("home.feed", member, limit + 1)  # one more tells that there is more
        found = [item for part in parts for item in part]
        items = mixed((item for item in found if item.key not in hidden), signed_in=member is not None)
        asked = request.GET.get("hidden", "")
        gone = next((item for item in found if item.key == asked and asked in hidden), None)
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        shown = items[:FEED_LIMIT]
        more = len(items) > FEED_LIMIT or any(len(part) > limit for part in parts)
        new = sum(item.unread for item in shown)
        return {**context, "items": shown, "more": more, "new": new, "gone": gone, "section": "home"}
