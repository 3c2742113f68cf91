"""``{% load workbench %}``: the Workbench's own navigation."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django import template
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from community.consent.api import Channel
from community.kernel.api import contributions
from community.kernel.templatetags.drawings import curve
from community.kernel.templatetags.ui import day, shown_number
from community.members.api import has_role

register = template.Library()


@register.inclusion_tag("crm/tabs.html", takes_context=True)
def workbench_nav(context: Any) -> dict[str, Any]:
    """The pages of the Workbench this person's roles open."""
    user, path = context["request"].user, context["request"].path
    entries = [
        {"href": reverse(entry["url"]), "label": entry["label"]}
        for entry in contributions("console.nav", user)
        if has_role(user, *entry["roles"])
    ]
    home = reverse("crm:workbench")
    for entry in entries:
        entry["here"] = path.startswith(entry["href"])
    return {"home": home, "at_home": path == home, "entries": entries, "edits": _edits(user)}


@register.filter
def whole(text: object) -> SafeString:
    """A date or a version within a sentence, on one line: a Chinese date has no spaces that could be closed."""
    return format_html('<span class="nowrap">{}</span>', text)


def _edits(user: Any) -> bool:
    return bool(user.has_perm("wagtailadmin.access_admin"))


SPARK_WIDTH, SPARK_TALL = 256, 40


@register.simple_tag
def spark(growth: list[tuple[datetime, int]]) -> SafeString:
    """How many people there were over weeks; a table beside it says the same."""
    (first_at, first), (_now, last) = growth[0], growth[-1]
    return curve(
        [people for _at, people in growth],
        _("%(when)s: %(people)s") % {"when": day(first_at), "people": shown_number(first)},
        _("now: %(people)s") % {"people": shown_number(last)},
        width=SPARK_WIDTH,
        tall=SPARK_TALL,
    )


CHANNELS = ((Channel.EMAIL, "mail"), (Channel.PUSH, "app"), (Channel.PHONE, "phone"), (Channel.DEALER, "wrench"))


@register.simple_tag
def channels(permits: frozenset[str], purpose: str) -> list[tuple[str, str, bool]]:
    """The channels of a purpose as (icon, label, permitted)."""
    found = []
    for channel, icon in CHANNELS:
        allowed = f"{purpose}:{channel}" in permits
        words = _("%(channel)s permitted") if allowed else _("%(channel)s not permitted")
        found.append((icon, words % {"channel": channel.label}, allowed))
    return found
