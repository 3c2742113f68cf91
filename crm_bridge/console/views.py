"""The Workbench: the pages of the brand's own people."""

from __future__ import annotations

import uuid
from operator import itemgetter
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.consent.api import TEXTS, Purpose
from community.kernel.api import (
    Gone,
    Invalid,
    NotAllowed,
    PaddockError,
    contributions,
    now,
    page_in,
    rate_limit,
    register_written_fields,
)
from community.members.api import Member, has_role, require_member, require_role
from community.search.api import PageOutOfReach, SearchDown
from crm_bridge.audience.line import DEFAULT_PERMIT, LineError, line_of_permit, parse
from crm_bridge.audience.questions import ask
from crm_bridge.audience.words import permit_name
from crm_bridge.console.access import recent_accesses
from crm_bridge.console.asking import address_of, asked, opened, said
from crm_bridge.console.export import export, file_name
from crm_bridge.console.facets import facets_of
from crm_bridge.console.services import list_people, open_person
from crm_bridge.models import Segment
from crm_bridge.models.console import QuestionKind
from crm_bridge.profiles.queries import clubs_of
from crm_bridge.segments.services import (
    AUDIENCE_ROLES,
    counted,
    delete_segment,
    refused_name,
    rename_segment,
    save_segment,
    update_segment,
)

SHOWN = 6
register_written_fields("name")  # of a segment


@login_required
@require_safe
def home(request: HttpRequest) -> HttpResponse:
    """What there is to do, by role."""
    if not request.user.is_staff:
        raise NotAllowed(_("The Workbench is for the brand’s own people."))
    may_search = has_role(request.user, *AUDIENCE_ROLES)
    segments = counted(actor=require_member(request), most=SHOWN, now=now()) if may_search else []
    due = [entry for found in contributions("console.due", request.user) for entry in found]
    context = {
        "section": "desk",
        "may_search": may_search,
        "waiting": sorted((entry for entry in due if "since" in entry), key=itemgetter("since")),
        "more_waiting": [entry for entry in due if "total" in entry],
        # What has no day waits already.
        "due": sorted(
            (entry for entry in due if not {"since", "total"} & entry.keys()),
            key=lambda entry: (entry.get("at") is None, entry.get("at") or 0),
        ),
        "segments": segments,
        "away": any(row.away for row in segments),
        "looks": recent_accesses(SHOWN) if may_search else [],
    }
    return render(request, "crm/home.html", context)


@login_required
@require_safe
def people(request: HttpRequest) -> HttpResponse:
    """The audience search: the people of a line, or where a part is added the way to the longer line.

    A name in the address is one that was to be given to the question: what is wrong with it is still said.
    """
    staff = _marketer(request)
    text = " ".join(f"{request.GET.get('q', '')} {request.GET.get('add', '')}".split())
    if request.GET.get("add"):
        return redirect(address_of(request, text))
    name = request.GET.get("name", "")
    refused = refused_name(name) if name else None
    return _answer(request, staff, text, page=page_in(request.GET.get("page")), refused=refused, name=name)


def _answer(
    request: HttpRequest,
    staff: Member,
    text: str,
    *,
    page: int = 1,
    refused: PaddockError | None = None,
    name: str = "",
) -> HttpResponse:
    context = asked(request, text, page=page, name=name) | {"refused": refused}
    status = refused.status if refused and request.method == "POST" else 200
    try:
        line = parse(text)
        context |= said(line, context["segment"])
        found = list_people(line, actor=staff, page=page, now=now())
    except LineError as error:
        context |= {"error": error, "before": text[: error.start], "wrong": text[error.start : error.end]}
        context["after"] = text[error.end :]
        return render(request, "crm/people.html", context, status=error.status)
    except SearchDown:
        return _away(request, context)
    except PageOutOfReach as error:
        raise Http404 from error
    first = (page - 1) * found.size + 1
    context |= {"found": found, "facets": facets_of(found), "first": first, "last": first + len(found.people) - 1}
    context["permit_code"], context["promised"] = ":".join(line.permit), TEXTS[Purpose(line.permit[0])].how_often
    return render(request, "crm/people.html", context, status=status)


@login_required
@require_safe
def person(request: HttpRequest, public_id: uuid.UUID) -> HttpResponse:
    """One person, for a purpose they permit."""
    staff = _marketer(request)
    rate_limit(staff.pk, "question", now=now())
    line = line_of_permit(request.GET.get("for") or ":".join(DEFAULT_PERMIT))
    member = get_object_or_404(Member, public_id=public_id, erased_at=None, is_staff=False)
    shown = open_person(member, line, actor=staff, now=now())
    context = {"section": "desk", "person": shown, "permit": permit_name(":".join(line.permit))}
    context |= {"purpose": line.permit[0], "clubs": clubs_of(member.pk)}
    context["permits"] = sorted(permit_name(p) for p in shown.permits)
    return render(request, "crm/person.html", context)


@login_required
@require_POST
def export_people(request: HttpRequest) -> HttpResponse:
    """The audience as CSV."""
    staff = _marketer(request)
    typed, at = request.POST.get("q", ""), now()
    rate_limit(staff.pk, "export", now=at)
    try:
        line = parse(typed)
        ask(line, actor=staff, kind=QuestionKind.EXPORT, now=at)
        text = export(line, actor=staff, now=at)
    except Invalid as error:
        return _answer(request, staff, typed, refused=error)
    except SearchDown:
        return _away(request, asked(request, typed) | said(line, opened(request)))
    response = HttpResponse(text, content_type="text/csv; charset=utf-8")
    name = file_name(line, opened(request), now=at)
    response["Content-Disposition"] = content_disposition_header(as_attachment=True, filename=name)
    response["Cache-Control"] = "no-store"
    return response


@login_required
@require_safe
def segments(request: HttpRequest) -> HttpResponse:
    """All segments with their present size."""
    staff = _marketer(request)
    rate_limit(staff.pk, "question", now=now())
    return _segments(request, staff)


def _segments(
    request: HttpRequest, staff: Member, *, refused: PaddockError | None = None, target: Segment | None = None
) -> HttpResponse:
    rows = counted(actor=staff, now=now())
    context: dict[str, Any] = {"section": "desk", "rows": rows, "refused": refused}
    context |= {
        "target": target,
        "typed": request.POST.get("name", target.name if target else ""),
        "away": any(row.away for row in rows),
    }
    return render(request, "crm/segments.html", context, status=refused.status if refused else 200)


@login_required
@require_POST
def save(request: HttpRequest) -> HttpResponse:
    """Keep the question under a name."""
    staff = _marketer(request)
    text, name = request.POST.get("q", ""), request.POST.get("name", "")
    try:
        rate_limit(staff.pk, "desk", now=now())
        saved = save_segment(actor=staff, name=name, line=text, now=now())
    except PaddockError as error:
        return _answer(request, staff, text, refused=error, name=name)
    messages.success(request, _("Saved: “%(name)s”.") % {"name": saved.name})
    return redirect("crm:segments")


@login_required
@require_POST
def update(request: HttpRequest) -> HttpResponse:
    """Have the segment a question was opened from ask the question as it is now."""
    staff = _marketer(request)
    text, segment = request.POST.get("q", ""), opened(request)
    try:
        rate_limit(staff.pk, "desk", now=now())
        if segment is None:
            raise Gone(_("This segment was deleted."))
        update_segment(actor=staff, segment=segment, line=text, based_on=request.POST.get("was", ""))
    except PaddockError as error:
        return _answer(request, staff, text, refused=error)
    messages.success(request, _("Saved: “%(name)s”.") % {"name": segment.name})
    return redirect("crm:segments")


@login_required
@require_POST
def change(request: HttpRequest, pk: int) -> HttpResponse:
    """Rename or delete a segment."""
    staff = _marketer(request)
    segment = get_object_or_404(Segment, pk=pk)
    before = segment.name
    try:
        rate_limit(staff.pk, "desk", now=now())
        if request.POST.get("do") == "delete":
            delete_segment(actor=staff, segment=segment)
            done = _("Deleted: “%(name)s”.") % {"name": before}
        else:
            rename_segment(actor=staff, segment=segment, name=request.POST.get("name", ""))
            done = _("“%(before)s” is now “%(name)s”.") % {"before": before, "name": segment.name}
    except Gone:  # there is no row any more where it could be said
        raise
    except PaddockError as error:
        return _segments(request, staff, refused=error, target=segment)
    messages.success(request, done)
    return redirect("crm:segments")


def _marketer(request: HttpRequest) -> Member:
    require_role(request.user, *AUDIENCE_ROLES)
    return require_member(request)


def _away(request: HttpRequest, context: dict[str, Any]) -> HttpResponse:
    """The page without an answer: the question stands in it and can be saved, under the name that was typed."""
    refused = context.get("refused") if request.method == "POST" else None
    return render(request, "crm/people.html", context | {"away": True}, status=refused.status if refused else 503)
