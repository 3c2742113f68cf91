"""What a page of the audience knows beside its answer: the question, the segment it was opened from, its address."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.http import urlencode

from community.kernel.api import KEY_DIGITS, LONGEST_WAY_BACK, number_in
from crm_bridge.audience.line import Line, render
from crm_bridge.audience.meant import words_of
from crm_bridge.audience.words import permit_name
from crm_bridge.console.facets import chips_of
from crm_bridge.models import Segment


def opened(request: HttpRequest) -> Segment | None:
    """The segment a question was opened from; None without one, and where it was deleted since."""
    pk = number_in((request.POST or request.GET).get("segment"), KEY_DIGITS)
    return None if pk is None else Segment.objects.filter(pk=pk).first()


def address_of(request: HttpRequest, text: str) -> str:
    """Where a question is asked, with the rows and the segment of this page."""
    return _address(text, _kept(request, opened(request)))


def asked(request: HttpRequest, text: str, *, page: int = 1, name: str = "") -> dict[str, Any]:
    """What a page says of its question, whether or not it can be read."""
    segment = opened(request)
    kept = _kept(request, segment)
    paged = {key: value for key, value in kept.items() if key != "rows"} | ({"page": page} if page > 1 else {})
    context = {
        "section": "desk",
        "text": text,
        "name": name,
        "segment": segment,
        "compact": "rows" in kept,
        "kept": kept,
        "keep": _and(kept),
        "paged": _and(paged),
    }
    if request.method == "POST":
        context |= _back_to(_address(text, kept | ({"name": name} if name else {})))
    return context


def said(line: Line, segment: Segment | None) -> dict[str, Any]:
    """What a page says of a question that was understood, and whether it is another one than its segment's."""
    text = render(line)
    return {
        "line": text,
        "chips": chips_of(line),
        "meant": words_of(line.words).terms,
        "permit": permit_name(":".join(line.permit)),
        "changed": segment is not None and segment.line != text,
    }


def _kept(request: HttpRequest, segment: Segment | None) -> dict[str, Any]:
    """What addresses and forms pass on beside the question: rows of one line each, and the segment."""
    rows = {"rows": "compact"} if (request.POST or request.GET).get("rows") == "compact" else {}
    return rows | ({"segment": segment.pk} if segment else {})


def _and(values: dict[str, Any]) -> str:
    return f"&{urlencode(values)}" if values else ""


def _address(text: str, kept: dict[str, Any]) -> str:
    return f"{reverse('crm:people')}?{urlencode({'q': text} | kept)}"


def _back_to(address: str) -> dict[str, str]:
    """For an answer to a form, which has no address itself: where its question is asked.

    One that is too long leads to the overview: without its question the page would be a look at everybody.
    """
    return {"asked_at": address, "way_back": address if len(address) <= LONGEST_WAY_BACK else reverse("crm:workbench")}
