"""The mirror: what is known of the signed-in member, and what they may do about it. Only ever their own."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import wraps
from http import HTTPStatus
from typing import Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from community.consent.api import PROFILING_PERMIT, TEXTS, Purpose, WordedAnew, profiling_since
from community.kernel.api import Invalid, PaddockError, now, page_in, pages_of, rate_limit, register_written_fields
from community.members.api import car_lines, declared_keywords, require_member
from crm_bridge.keywords.vocabulary import labels
from crm_bridge.mirror import flashes, queries, services
from crm_bridge.mirror.forms import PauseForm, WeightForm
from crm_bridge.profiles.queries import profile_of, staff_sentences, stage_label, stage_sentence

View = Callable[[HttpRequest], HttpResponse]

SHOWN = 12
LOOKS_SHOWN = 5
FRESH = timedelta(seconds=20)
register_written_fields("term")


def posted(view: View) -> View:
    """An act of a member, by POST. Who comes otherwise, as after changing the language on a 422, sees the mirror."""

    @wraps(view)
    @login_required
    def wrapped(request: HttpRequest) -> HttpResponse:
        return view(request) if request.method == "POST" else redirect("crm:mirror")

    return wrapped


@require_safe
@login_required
def mirror(request: HttpRequest) -> HttpResponse:
    """Everything on one page."""
    return _mirror(request)


def _mirror(request: HttpRequest, *, status: int = HTTPStatus.OK, **typed: Any) -> HttpResponse:
    """The page, with what was typed and why it did not hold."""
    member = require_member(request)
    at = now()
    since, profile, months = profiling_since(member.pk), profile_of(member.pk), queries.months(member.pk)
    interests = queries.interests_shown(profile) if since else []
    more, corrected = interests[SHOWN:], typed.get("corrected")
    told, others = flashes.take_flashes(request)
    context = {
        "section": "me",
        "member": member,
        "permitted": since is not None,
        "fresh": since is not None and at - since < FRESH,
        "profiling": TEXTS[Purpose.PROFILING],
        "profile": profile,
        "interests": interests[:SHOWN],
        "more_interests": more,
        "more_open": any(shown.interest.code == corrected for shown in more),
        "told": sum(shown.interest.told for shown in interests),
        "worked_out": sum(not shown.interest.told for shown in interests),
        "staff_reads": staff_sentences(),
        "muted": [] if since else queries.muted_of(member.pk),
        "stage": stage_label(profile),
        "stage_why": stage_sentence(profile),
        "segments": queries.segments_of(member, now=at),
        "permits": queries.permits_shown(member.pk, now=at),
        "pause_form": PauseForm(),
        "looks": queries.looks(member.pk, size=LOOKS_SHOWN)[0],
        "months": months,
        "people_this_month": queries.people_this_month(months, now=at),
        "keywords": declared_keywords([member.pk]).get(member.pk, []),
        "car": car_lines([member.pk]).get(member.pk, ""),
        "said": told,
        "messages": others,
        **typed,
    }
    return render(request, "crm/mirror.html", context, status=status)


@posted
def interest(request: HttpRequest) -> HttpResponse:
    """Add an interest, or mute, unmute, correct or remove one."""
    act, keyword = request.POST.get("act", ""), request.POST.get("keyword", "")
    term, weight = request.POST.get("term", ""), request.POST.get("weight", "")
    try:
        done = _act(request, act)
    except services.UnknownTerm as error:
        return _mirror(request, status=error.status, term=term, term_error=error.message, close=error.suggestions)
    except Invalid as error:
        typed = {"term": term, "term_error": error.message} if error.field == "term" else {"act_error": error.message}
        if error.field == "weight":
            typed = {"corrected": keyword, "weight": weight, "weight_error": error.message}
        return _mirror(request, status=error.status, **typed)
    flashes.add_flash(request, done.said, "interests", undo=done.undo, keyword=done.keyword)
    return see_other(f"{reverse('crm:mirror')}#interests")


@dataclass(frozen=True)
class Done:
    """An act on a keyword: what to say of it, and the act that takes it back."""

    keyword: str
    text: str
    undo: str = ""

    @property
    def said(self) -> str:
        """The text with the name of the keyword."""
        return self.text % {"name": labels([self.keyword])[self.keyword]}


def _act(request: HttpRequest, act: str) -> Done:
    """Do it. Raises Invalid for an act there is not."""
    member = require_member(request)
    keyword, at = request.POST.get("keyword", ""), now()
    rate_limit(member.pk, "mirror", now=at)
    if act == "add":
        added = services.add(member=member, term=request.POST.get("term", ""), now=at)
        return Done(added.code, _("Added: %(name)s."), "remove")
    if act == "mute":
        services.mute(member=member, keyword=keyword, now=at)
        return Done(keyword, _("Muted: %(name)s. Nobody sees it, and it does not return by itself."), "unmute")
    if act == "unmute":
        services.unmute(member=member, keyword=keyword, now=at)
        return Done(keyword, _("No longer muted: %(name)s."))
    if act == "correct":
        services.correct(member=member, keyword=keyword, weight=_weight(request), now=at)
        return Done(keyword, _("The weight is yours now: %(name)s."))
    if act == "remove":
        services.remove(member=member, keyword=keyword, now=at)
        return Done(keyword, _("Removed: %(name)s. New acts may bring it back; muted, it stays away."), "add")
    raise Invalid(_("Nothing was changed."), field="act")


def _weight(request: HttpRequest) -> float:
    form = WeightForm(request.POST)
    if not form.is_valid():
        raise Invalid(str(form.errors["weight"][0]), field="weight")
    return float(form.cleaned_data["weight"])


@posted
def permissions(request: HttpRequest) -> HttpResponse:
    """Switch what was switched on the page; the rest stays, whatever another page did meanwhile."""
    member = require_member(request)
    rate_limit(member.pk, "permission", now=now())
    shown, wanted = set(request.POST.getlist("shown")), set(request.POST.getlist("permit"))
    wording = request.POST.get("wording", "")
    try:
        services.switch(member=member, shown=shown, wanted=wanted, wording=wording, now=now())
    except WordedAnew as error:
        if request.headers.get("HX-Request"):  # a script puts nothing else in the place of the old words
            return _switched(request, everything=False, permit_error=error.message)
        return _mirror(request, status=error.status, permit_error=error.message)
    except Invalid as error:
        if request.headers.get("HX-Request"):  # the table stays as it is
            raise
        return _mirror(request, status=error.status, permit_error=error.message)
    if request.headers.get("HX-Request"):
        return _switched(request, everything=PROFILING_PERMIT in shown ^ wanted)
    # The switch of the profile also stands, as a button, where the interests would be.
    section = "interests" if shown ^ wanted == {PROFILING_PERMIT} else "permits"
    flashes.add_flash(request, _("Your permissions are kept."), section)
    return see_other(f"{reverse('crm:mirror')}#{section}")


def _switched(request: HttpRequest, *, everything: bool, permit_error: str = "") -> HttpResponse:
    """The table alone; with the profile the whole page changes."""
    permits = queries.permits_shown(require_member(request).pk, now=now())
    context = {"permits": permits, "kept": not permit_error, "permit_error": permit_error, "pause_form": PauseForm()}
    response = render(request, "crm/mirror_permissions.html", context)
    if everything:
        response["HX-Redirect"] = reverse("crm:mirror")
    return response


@posted
def pause(request: HttpRequest) -> HttpResponse:
    """No contact until a day, or the end of that."""
    member = require_member(request)
    rate_limit(member.pk, "permission", now=now())
    if request.POST.get("act") == "end":
        services.pause_contact(member=member, until=None, now=now())
        flashes.add_flash(request, _("The pause is over."), "permits")
        return see_other(f"{reverse('crm:mirror')}#permits")
    form = PauseForm(request.POST)
    if form.is_valid():
        try:
            services.pause_contact(member=member, until=form.cleaned_data["until"], now=now())
        except PaddockError as error:
            form.add_error("until", error.message)
    if form.errors:
        form.fields["until"].widget.attrs["autofocus"] = True
        return _mirror(request, status=HTTPStatus.UNPROCESSABLE_ENTITY, pause_form=form)
    return see_other(f"{reverse('crm:mirror')}#permits")


@require_safe
@login_required
def history(request: HttpRequest) -> HttpResponse:
    """Every yes and no."""
    found, size = queries.answers(require_member(request).pk), queries.HISTORY_PAGE
    pages = pages_of(len(found), size)
    page = min(page_in(request.GET.get("page")), pages)
    context = {"section": "me", "answers": found[(page - 1) * size : page * size], "page": page, "pages": pages}
    return render(request, "crm/mirror_history.html", context)


@require_safe
@login_required
def looks(request: HttpRequest) -> HttpResponse:
    """The page of all who looked at the member, the latest first, with how many a month."""
    member_id = require_member(request).pk
    page = page_in(request.GET.get("page"))
    found, pages = queries.looks(member_id, page=page)
    context = {
        "section": "me",
        "looks": found,
        "page": min(page, pages),
        "pages": pages,
        "months": queries.months(member_id),
    }
    return render(request, "crm/mirror_looks.html", context)


def see_other(url: str) -> HttpResponse:
    """303: the browser asks for the page anew, also after a POST sent twice."""
    response = redirect(url)
    response.status_code = HTTPStatus.SEE_OTHER
    return response
