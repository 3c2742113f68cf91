"""``{% load ui %}``: icons, liveries, titles, times and small words, all without inline styles."""

from __future__ import annotations

import re
from datetime import date, datetime, timedelta
from functools import cache, lru_cache
from itertools import pairwise
from typing import Any

import rjieba
from django import template
from django.conf import settings
from django.http import QueryDict
from django.template.loader import get_template
from django.templatetags.static import static
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.html import escape, format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, ngettext, pgettext
from django.utils.translation import gettext as _

from community.kernel.brand import MARK, TOKENS, brand_file, brand_icon
from community.kernel.language import in_language
from community.kernel.liveries import LIVERIES, NOBODY
from community.kernel.plain import language_of
from community.kernel.typography import NBSP
from community.kernel.typography import glued as glue

register = template.Library()

SHORT = 8
HOUR = 60  # minutes
_SUFFIXES = "版款型厢备"
_FIGURES = "0123456789十百千万亿"  # what they count stays with them
_PARTICLES = "的了着里上下中吗呢吧"  # of one character; the word before them ends here
_OPENING, _CLOSING = "“‘《「『", "”’》」』"
_HAN = re.compile(r"[\u4e00-\u9fff]")
# With its size, for a page whose style did not arrive.
DRAWN = '<svg class="{}" width="20" height="20" aria-hidden="true"><use href="{}#i-{}"/></svg>'
DRAWN_OWN = '<svg class="{}" width="20" height="20" aria-hidden="true"><use href="{}#mark"/></svg>'
_SCENES = {"pass", "night", "topo", "table", "boot", "coast", "key"}


@cache
def _sprite() -> str:
    return static("img/icons.svg")


@register.simple_tag
def styles() -> SafeString:
    """The site's style sheet, and the brand's own after it.

    Finding out its name takes longer than the rest of a page: once a process.
    """
    ours, own = _rendered("ui/styles.html") if settings.DEBUG else _read("ui/styles.html"), brand_file(TOKENS)
    return format_html('{}<link rel="stylesheet" href="{}">', ours, own) if own else ours


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A 20 px line icon; with a label where it stands alone."""
    return _icon(name, label)


@lru_cache(1024)
def _icon(name: str, label: str) -> SafeString:
    words = format_html('<span class="vh">{}</span>', label) if label else ""
    return format_html(DRAWN + "{}", "i", _sprite(), name, words)


@register.simple_tag
def brand_mark() -> SafeString:
    """The brand's mark, in the colour of the words beside it."""
    own = brand_file(MARK)
    return format_html(DRAWN_OWN, "mark", own) if own else format_html(DRAWN, "mark", _sprite(), "mark")


@register.simple_tag(name="brand_icon")
def icon_link() -> SafeString:
    """The icon in the browser's tab."""
    address, kind, _sizes = brand_icon()
    return format_html('<link rel="icon" href="{}" type="{}">', address, kind)


@register.simple_tag
def livery(member_id: int | None, size: str = "") -> SafeString:
    """A member's colours, from the account id; one without any for NOBODY, the brand's mark for None."""
    if member_id == NOBODY:
        return _livery("none", size)
    return _livery(str(member_id * 7 % LIVERIES + 1) if member_id else "", size)


@cache
def _livery(colours: str, size: str) -> SafeString:
    extra = f" lv-{size}" if size else ""
    if not colours:
        return format_html('<span class="lv lv-0{}" aria-hidden="true">{}</span>', extra, brand_mark())
    return format_html('<span class="lv lv-{}{}" aria-hidden="true"></span>', colours, extra)


@register.simple_tag
def scene(name: str, label: str = "") -> SafeString:
    """A landscape of the demo brand; real installations show photographs."""
    chosen = name if name in _SCENES else "topo"
    return drawn(f"art/art-{chosen}.svg", "0 0 1600 900", label, slice_it=True)


def drawn(path: str, box: str, label: str, *, slice_it: bool = False, around: str = "{}", more: str = "") -> SafeString:
    """An SVG of one of our templates, with something ``around`` it and ``more`` on top of it."""
    role = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    fit = ' preserveAspectRatio="xMidYMid slice"' if slice_it else ""
    frame = mark_safe(fit)  # noqa: S308 - a constant
    picture = format_html(around, _read(path))
    return format_html('<svg viewBox="{}"{} {}>{}{}</svg>', box, frame, role, picture, more)


def _rendered(path: str) -> SafeString:
    return mark_safe(get_template(path).render())  # noqa: S308 - our own templates, without anybody's words


_read = cache(_rendered)


def _longest_phrase(title: str) -> int:
    return max(len(phrase) for phrase in re.split(r"[，。：；？！、,.:;?!\s]+", title))


@register.filter
def worded(title: Any) -> SafeString:
    """A title for the class ``phrased``: lines may break between the words of a long Chinese phrase too.

    A figure and its unit stay together.
    """
    return _worded(str(title))


@lru_cache(4096)
def _worded(title: str) -> SafeString:
    title = glue(title)
    if _longest_phrase(title) <= SHORT:
        return escape(title)
    words = rjieba.cut(title)
    parts = [escape(word) + ("<wbr>" if _may_part(word, after) else "") for word, after in pairwise([*words, ""])]
    return mark_safe("".join(parts))  # noqa: S308 - every part is escaped above


def _may_part(word: str, after: str) -> bool:
    """Words of one character hold on to their neighbours, and so does what a segmenter cut off (版 from 旅行).

    Those that end what is before them (的) hold on to that only. A quotation may begin or end a line.
    """
    if after and after in _OPENING:
        return bool(_HAN.match(word[-1]))
    if not after[1:] or after[0] in _SUFFIXES or word[-1] in _FIGURES or (word + after).isascii():
        return False
    return bool(word[1:] or word in _PARTICLES or (word in _CLOSING and _HAN.match(after)))


@register.filter
def ago(at: datetime | None) -> str:
    """When something was, as people say it: "12 min ago", "Yesterday", "9 Oct". No line breaks within."""
    return _ago(at, timezone.now()).replace(" ", NBSP) if at else ""


def _ago(at: datetime, now: datetime) -> str:
    minutes = int((now - at).total_seconds() // 60)
    if minutes < 1:
        return _("just now")
    if minutes < HOUR:
        return ngettext("%(count)s min ago", "%(count)s min ago", minutes) % {"count": minutes}
    local, today = timezone.localtime(at), timezone.localtime(now)
    if minutes < 12 * HOUR or local.date() == today.date():
        hours = max(1, minutes // HOUR)
        return ngettext("%(count)s h ago", "%(count)s h ago", hours) % {"count": hours}
    if (today.date() - local.date()).days == 1:
        return _("Yesterday")
    return day(at)


@register.filter
def day(at: date | None) -> str:
    """The day of an instant, or a date; the year only where it is another one."""
    if at is None:
        return ""
    local = timezone.localtime(at).date() if isinstance(at, datetime) else at
    return _day(local, local.year == timezone.localtime().year, get_language() or "")


@lru_cache(4096)
def _day(local: date, same_year: bool, language: str) -> str:
    return date_format(local, _("j M") if same_year else _("j M Y")).replace(" ", NBSP)


@register.filter
def clock(at: datetime | None) -> str:
    """Day and time of an instant: "9 Oct, 20:14", "Today, 09:55"; within the hour "12 min ago"."""
    if at is None:
        return ""
    now = timezone.now()
    if now - at < timedelta(hours=1):
        return ago(at)
    return _clock(at, timezone.localdate(now), timezone.get_current_timezone_name(), get_language() or "")


@lru_cache(10_000)
def _clock(at: datetime, today: date, zone: str, language: str) -> str:
    local = timezone.localtime(at)
    days = {today: _("Today"), today - timedelta(days=1): _("Yesterday")}
    when = {"day": days.get(local.date()) or day(at), "time": local.strftime("%H:%M")}
    return (_("%(day)s, %(time)s") % when).replace(" ", NBSP)


@register.filter(is_safe=True)
def glued(text: str) -> str:
    """Text or HTML in which figures and their units stay on one line."""
    return glue(text)


@register.simple_tag
def gap() -> str:
    """The space between two sentences; Chinese full stops bring their own."""
    return in_language("", " ")


@register.simple_tag
def today() -> list[str]:
    """Today in two lines, weekday and day in the order of the language."""
    local = timezone.localtime()
    formats = pgettext("first line of today", "l"), pgettext("second line of today", "j F")
    return [date_format(local, one) for one in formats]


@register.filter
def html_language(code: str | None) -> str:
    """The language tag for HTML."""
    return "zh-Hans" if (code or "").startswith("zh") else "en"


@register.filter
def in_its_language(word: str) -> SafeString:
    """A word in an element that has its language, where its writing alone tells it: a synonym, for one."""
    return format_html('<span lang="{}">{}</span>', html_language(language_of(word)), word)


@register.filter
def shown_number(value: Any) -> str:
    """A whole number in thin groups of three."""
    return f"{int(value):,}".replace(",", "\u202f") if value is not None else ""


@register.inclusion_tag("ui/field.html")
def field(bound: Any, note: str = "", *, keep: bool = False, **attributes: str) -> dict[str, Any]:
    """A form field: label above, note below. Placeholders only repeat labels.

    Errors replace the note, but for one to ``keep`` and one that leads on, as to a new password.

    Django names what describes the field by its help text and its errors, so the help text is what is shown of it.
    """
    bound.field.widget.attrs.pop("placeholder", None)
    if attributes:
        bound.field.widget.attrs.update(attributes)
    words = note or bound.help_text
    bound.help_text = words if keep or not bound.errors or "<a " in words else ""
    return {"field": bound}


@register.inclusion_tag("ui/pager.html", takes_context=True)
def pager(context: Any, page: int, pages: int, *, key: str = "page", anchor: str = "", to: str = "") -> dict[str, Any]:
    """Links to the pages around this one, None for those left out; the rest of the address stays.

    ``anchor`` is the id of what the pages are of, where much stands above it; ``to`` the address that has these pages,
    where a form is answered.
    """
    shown = sorted({1, pages, *(n for n in range(page - 2, page + 3) if 1 <= n <= pages)})
    around: list[int | None] = []
    for last, n in pairwise([0, *shown]):
        around += {1: [n], 2: [n - 1, n]}.get(n - last, [None, n])
    path, _sign, rest = to.partition("?")
    query = QueryDict(rest, mutable=True) if to else context["request"].GET.copy()
    query.pop(key, None)
    place = f"#{anchor}" if anchor else ""
    shown_at = {"to": path, "key": key, "rest": query.urlencode(), "anchor": place}
    return {"page": page, "pages": pages, "around": around, **shown_at}


@register.filter
def split(words: str) -> list[str]:
    """The words of a text."""
    return words.split()
