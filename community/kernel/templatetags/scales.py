"""``{% load scales %}``: rulers, gauges and bars; widths are attributes, so that no style stands in a page."""

from __future__ import annotations

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

register = template.Library()


@register.simple_tag
def ruler(days: int, gone: int | None = None, state: str = "todo") -> SafeString:
    """One tick a day, a tall tick a week. ``state``: done, now (``gone`` days are over) or todo."""
    days = max(2, min(days, 120))
    passed = {"done": days, "todo": 0}.get(state, min(max(gone or 0, 0), days))
    lines = [("tk-on", _ticks(0, passed)), ("tk", _ticks(passed + (state == "now"), days))]
    if state == "now":
        lines.append(("tk-now", f"M{passed} -4V20"))
    paths = mark_safe("".join(f'<path class="{name}" d="{path}"/>' for name, path in lines if path))  # noqa: S308 - numbers
    return format_html('<svg viewBox="0 0 {} 20" preserveAspectRatio="none" aria-hidden="true">{}</svg>', days, paths)


def _ticks(start: int, end: int) -> str:
    return "".join(f"M{day} {0 if day % 7 == 0 else 10}V20" for day in range(start, end))


@register.simple_tag
def vruler(total: int, read: int, now: int) -> SafeString:
    """How far a topic is read: one tick a post, 40 at most. ``now`` is the post the reader has come to.

    ``data-at`` says it in twentieths of the height, for the label that stands there (pace.css).
    """
    ticks = max(2, min(total, 40))
    height = min(208, max(80, 16 * (ticks - 1)))  # three labels stand beside it
    seen, here = (round(max(0, number - 1) * (ticks - 1) / max(1, total - 1)) for number in (read, now))

    def at(tick: int) -> str:
        return f"{tick * height / (ticks - 1):.1f}"

    def marks(start: int, end: int) -> str:
        return "".join(f"M0 {at(tick)}h{14 if tick % 5 == 0 else 8}" for tick in range(start, end))

    known = seen + 1 if read else 0
    return format_html(
        '<svg viewBox="0 0 24 {}" width="24" height="{}" data-at="{}" aria-hidden="true">'
        '<path class="on" d="{}"/><path d="{}"/><path class="now" d="M-4 {}h24"/></svg>',
        *(height, height, round(20 * seen / (ticks - 1)), marks(0, known), marks(known, ticks), at(here)),
    )


@register.simple_tag
def gauge(value: float, was: float | None = None, own: bool = False) -> SafeString:
    """A weight bar, 0 to 1: ink is worked out, signal was told by the member, grey is three months ago."""
    before = format_html('<rect class="was" width="{}" height="12"/>', round(was * 100)) if was else ""
    return format_html(
        '<svg class="gauge" viewBox="0 0 100 12" preserveAspectRatio="none" aria-hidden="true">'
        '<rect width="100" height="12"/>{}<rect class="{}" width="{}" height="12"/></svg>',
        before,
        "own" if own else "is",
        round(min(1.0, value) * 100),
    )


@register.simple_tag
def bar(percent: float) -> SafeString:
    """A thin bar of a facet."""
    return format_html(
        '<svg viewBox="0 0 100 2" preserveAspectRatio="none" aria-hidden="true"><rect width="100" height="2"/>'
        '<rect width="{}" height="2"/></svg>',
        round(max(0.0, min(100.0, percent))),
    )
