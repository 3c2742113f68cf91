"""``{% load drawings %}``: cars with their dimensions, and curves; all as SVG, without inline styles."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django import template
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from community.kernel.drawings import DRAWINGS, GROUND, HEIGHT, WIDTH, CarDrawing
from community.kernel.templatetags.ui import drawn, shown_number

register = template.Library()

DIMENSION_ROOM, DIMENSION_ROWS = 128, 64
# The sheet of a club's page: its size, where the car stands on it, and its columns of words (see drawing.css).
SHEET_WIDTH, SHEET_HEIGHT, SHEET_X, SHEET_Y, SCALE = 1240, 420, 20, 10, 1.1
CURVE_WIDTH, CURVE_TALL, CURVE_ROOM = 276, 48, 8
COLUMNS = {"13": 167, "43": 537, "82": 1017}


@register.simple_tag
def car_drawing(name: str, label: str = "", wheelbase: int = 0) -> SafeString:
    """A car from the side by the name of its drawing, with its wheelbase in millimetres where that is known."""
    drawing = DRAWINGS[name]
    if not wheelbase:
        return drawn(f"art/car-{name}.svg", f"0 0 {WIDTH} {HEIGHT}", label)
    middle = (drawing.front + drawing.rear) // 2
    lines = "".join(f"M{x} 322V354" for x in (drawing.nose, drawing.tail, drawing.front, drawing.rear))
    gap = DIMENSION_ROOM // 2
    lines += (
        f"M{drawing.nose} 346H{middle - gap}M{middle + gap} 346H{drawing.tail}M{drawing.nose} {GROUND}H{drawing.tail}"
    )
    measure = format_html(
        '<path class="dim" d="{}"/><text class="dim-t" x="{}" y="354">{}</text>', lines, middle, shown_number(wheelbase)
    )
    return drawn(f"art/car-{name}.svg", f"0 0 {WIDTH} {HEIGHT + DIMENSION_ROWS}", label, more=measure)


@register.simple_tag
def callout_drawing(name: str, label: str, callouts: Sequence[Any], wheelbase: int = 0, height: int = 0) -> SafeString:
    """A car with lines from its parts to words above and below it, and its dimensions in millimetres."""
    drawing = DRAWINGS[name]
    lines, points, numbers = [], [], []
    for number, callout in enumerate(callouts, start=1):
        side, column = callout.place.split("-")
        x, y = _on_sheet(*drawing.parts[callout.part])
        edge = 0 if side == "up" else SHEET_HEIGHT
        lines.append(f"M{COLUMNS[column]} {edge}V{_bend(edge, y, abs(x - COLUMNS[column]))}L{x} {y}")
        fresh = mark_safe(' class="on"' if callout.talk.new else "")  # noqa: S308 - constants
        points.append(format_html('<circle cx="{}" cy="{}" r="8"{}/>', x, y, fresh))
        numbers.append(format_html('<text x="{}" y="{}"{}>{}</text>', x, y + 14, fresh, number))
    return drawn(
        f"art/car-{name}.svg",
        f"0 0 {SHEET_WIDTH} {SHEET_HEIGHT}",
        label,
        around=format_html('<g transform="translate({} {}) scale({})">{{}}</g>', SHEET_X, SHEET_Y, SCALE),
        more=format_html(
            '{}<path class="ld" d="{}"/><g class="pt">{}</g><g class="pn" aria-hidden="true">{}</g>',
            _dimensions(drawing, wheelbase, height),
            "".join(lines),
            mark_safe("".join(points)),  # noqa: S308 - each is escaped above
            mark_safe("".join(numbers)),  # noqa: S308 - each is escaped above
        ),
    )


def _on_sheet(x: int, y: int) -> tuple[int, int]:
    return round(SHEET_X + x * SCALE), round(SHEET_Y + y * SCALE)


def _bend(edge: int, y: int, aside: int) -> int:
    """Where a line leaves its column for a part beside it: at half a right angle."""
    return max(y - aside, edge) if edge == 0 else min(y + aside, edge)


def _dimensions(drawing: CarDrawing, wheelbase: int, height: int) -> SafeString:
    front, rear = (_on_sheet(x, 0)[0] for x in (drawing.front, drawing.rear))
    tail, ground, top = _on_sheet(drawing.tail, 0)[0], _on_sheet(0, GROUND)[1], _on_sheet(0, drawing.roof)[1]
    lines = f"M20 {ground}H1140"
    texts = []
    if wheelbase:
        middle = (front + rear) // 2
        lines += f"M{front} 352V392M{rear} 352V392M{front} 382H{middle - 46}M{middle + 46} 382H{rear}"
        texts.append(format_html('<text class="dim-t" x="{}" y="389">{}</text>', middle, shown_number(wheelbase)))
    if height:
        x, middle = max(tail + 40, 1088), (top + ground) // 2
        lines += f"M{x} {top}V{ground}M{x - 14} {top}H{x + 14}"
        texts.append(
            format_html(
                '<text class="dim-t" x="{0}" y="{1}" transform="rotate(90 {0} {2})">{3}</text>',
                *(x + 36, middle + 7, middle, shown_number(height)),
            )
        )
    return format_html('<path class="dim" d="{}"/>{}', lines, mark_safe("".join(texts)))  # noqa: S308 - escaped above


@register.simple_tag
def curve(
    values: Sequence[int], first: str, last: str, label: str = "", *, width: int = CURVE_WIDTH, tall: int = CURVE_TALL
) -> SafeString:
    """How a number grew, one tick a value; ``first`` and ``last`` stand under its ends.

    A table should say the same; without a label it says so alone.
    """
    step, most, base = width / max(1, len(values) - 1), max([*values, 1]), tall + CURVE_ROOM
    points = [f"{number * step:.1f} {base - value / most * tall:.1f}" for number, value in enumerate(values)]
    line, end = "M" + "L".join(points), points[-1].split()
    ticks = "".join(f"M{number * step:.1f} {base}v4" for number in range(len(values)))
    return format_html(
        '<svg class="spark" viewBox="0 0 {width} {height}" {said}><path class="ar" d="{line}V{base}H0Z"/>'
        '<path class="ax" d="M0 {base}H{width}{ticks}"/><path class="ln" d="{line}"/>'
        '<circle class="en" cx="{x}" cy="{y}" r="3.5"/><text y="{under}">{first}</text>'
        '<text x="{width}" y="{under}" text-anchor="end">{last}</text></svg>',
        width=width + 4,
        height=base + 20,
        said=format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"'),
        line=line,
        base=base,
        ticks=ticks,
        x=end[0],
        y=end[1],
        under=base + 18,
        first=first,
        last=last,
    )
