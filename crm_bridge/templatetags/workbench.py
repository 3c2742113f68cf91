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


def _edits(user: Any) -> bool:
    return bool(user.has_perm("wagtailadmin.access_admin"))


SPARK_WIDTH, SPARK_HEIGHT = 256, 48


@register.simple_tag
def spark(growth: list[tuple[datetime, int]]) -> SafeString:
    """A line over weeks from zero up, its first and last point named."""
    most = max(people for _at, people in growth) or 1
    step = SPARK_WIDTH / (len(growth) - 1)
    points = [
        (round(number * step, 1), round(SPARK_HEIGHT - 40 * people / most, 1))
        for number, (_at, people) in enumerate(growth)
    ]
    line = "L".join(f"{x} {y}" for x, y in points)
    ticks = "".join(f"M{x} {SPARK_HEIGHT}v4" for x, _y in points)
    (first_at, first), (_now, last) = growth[0], growth[-1]
    return format_html(
        '<svg class="spark" viewBox="0 0 260 68" aria-hidden="true">'
        '<path class="ar" d="M{line}V{base}H0Z"/><path class="ax" d="M0 {base}H260{ticks}"/>'
        '<path class="ln" d="M{line}"/>'
        '<circle class="en" cx="{x}" cy="{y}" r="3.5"/>'
        '<text x="0" y="66">{first}</text><text x="260" y="66" text-anchor="end">{last}</text></svg>',
        line=line,
        base=SPARK_HEIGHT,
        ticks=ticks,
        x=points[-1][0],
        y=points[-1][1],
        first=_("%(when)s: %(people)s") % {"when": day(first_at), "people": shown_number(first)},
        last=_("now: %(people)s") % {"people": shown_number(last)},
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
