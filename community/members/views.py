"""The public space, one's own space, language and theme."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from http import HTTPStatus
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect, QueryDict
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_POST, require_safe

from community.consent.api import (
    TEXTS,
    VERSION,
    Purpose,
    WordedAnew,
    grant,
    permits_of,
    require_wording,
    withdraw,
)
from community.kernel.api import (
    PaddockError,
    add_refusal,
    contributions,
    now,
    number_in,
    rate_limit,
    shown_fields,
    status_of,
)
from community.members.forms import ROWS, BaseGarage, Garage, SpaceForm, with_another_row
from community.members.garage import shown_cars
from community.members.mentions import mentionable
from community.members.models import Member
from community.members.services import change_space, choose_language, declare_keywords, require_member, set_garage
from community.members.sessions import KEPT, KEPT_SECONDS
from community.members.verification import shown_members

YEAR = 365 * 24 * 3600
# What a new member is asked, one at a time; everything else waits on the page of permissions.
QUESTIONS = ((Purpose.PROFILING, "onsite"), (Purpose.PRODUCT_NEWS, "email"))


@require_safe
def space(request: HttpRequest, username: str) -> HttpResponse:
    """What a member wants to show."""
    named = shown_members().filter(username=username)
    member = None if "\0" in username else named.first()
    if member is None:
        raise Http404
    mine = request.user == member
    context = {
        "member": member,
        "cars": shown_cars(member.cars.all()),
        "keywords": list(member.declared_keywords.all()),
        "mine": mine,
        "own": mine and request.GET.get("as") != "others",
        "section": "me" if mine else "",
    }
    return render(request, "members/space.html", context)


@require_safe
def mentioned(request: HttpRequest) -> HttpResponse:
    """Who may be meant by what is typed behind an @. Who is signed out since gets nothing, not the sign-in page."""
    if not request.user.is_authenticated:
        return HttpResponse(status=HTTPStatus.FORBIDDEN)
    rate_limit(request.user.pk, "mention", now=now())
    near = (pk for found in contributions("mentions.near", request.user, request.GET.get("topic", "")) for pk in found)
    people = mentionable(request.GET.get("q", ""), writer=require_member(request), near=near)
    return render(request, "members/mentioned.html", {"people": people})


@login_required
def me(request: HttpRequest) -> HttpResponse:
    """To one's own space."""
    return redirect("members:space", username=request.user.get_username())


@login_required
def resume(request: HttpRequest) -> HttpResponse:
    """What was sent after the session had ended: to look at, and to send again."""
    kept = request.session.get(KEPT)
    if kept is None or now().timestamp() - kept["at"] > KEPT_SECONDS:
        request.session.pop(KEPT, None)
        return redirect(settings.LOGIN_REDIRECT_URL)
    if request.method == "POST":
        del request.session[KEPT]
        return redirect(settings.LOGIN_REDIRECT_URL)
    context = {"path": kept["path"], "fields": shown_fields(kept["fields"]), "files": kept["files"]}
    return render(request, "members/resume.html", context)


@login_required
def edit(request: HttpRequest) -> HttpResponse:
    """Change one's own space. A button asks for another row of the garage; that saves nothing yet."""
    member = require_member(request)
    sent: QueryDict | None = request.POST or None
    if sent and "more" in sent:
        sent = with_another_row(sent)
    form = SpaceForm(sent, initial=_initial(member), member=member)
    cars = list(member.cars.values("brand", "model", "year")) if not sent else None
    garage = Garage(sent, initial=cars, prefix=ROWS)
    failed = False
    if sent and "more" not in sent:
        failed = not (form.is_valid() & garage.is_valid()) or not _saved(form, garage, member)
        if not failed:
            messages.success(request, _("Your space is saved."))
            return redirect("members:me")
    context = {"form": form, "garage": garage, "section": "me"}
    return render(request, "members/edit.html", context, status=status_of(form, garage) if failed else 200)


def _initial(member: Member) -> dict[str, Any]:
    keywords = pgettext("between", ", ").join(keyword.text for keyword in member.declared_keywords.all())
    return {"name": member.name, "about": member.about, "language": member.language, "keywords": keywords}


def _saved(form: SpaceForm, garage: BaseGarage, member: Member) -> bool:
    data, at = form.cleaned_data, now()
    try:
        rate_limit(member.pk, "space", now=at)
        with transaction.atomic():
            change_space(member=member, name=data["name"], about=data["about"], language=data["language"], now=at)
            declare_keywords(member=member, keywords=data["keywords"], now=at)
            set_garage(member=member, cars=garage.cars(), now=at)
    except PaddockError as error:
        add_refusal(form, error)
        return False
    return True


@login_required
def welcome(request: HttpRequest) -> HttpResponse:
    """After joining: permissions, one question at a time, beginning at no."""
    member = require_member(request)
    asked = _asked(request)
    if asked is None:
        return redirect("/")
    refused: WordedAnew | None = None
    if request.method == "POST":
        try:
            _answered(request, member, *QUESTIONS[asked])
        except WordedAnew as error:
            refused = error
        else:
            if asked + 1 < len(QUESTIONS):
                return redirect(f"{request.path}?step={asked + 1}")
            messages.success(request, _("Your answers are kept. You find and change them on your own page."))
            return redirect("/")
    purpose, channel = QUESTIONS[asked]
    context = {
        "refused": refused.message if refused else "",
        "wording": VERSION,
        "text": TEXTS[purpose],
        "step": asked + 1,
        "steps": len(QUESTIONS),
        "granted": f"{purpose}:{channel}" in permits_of(member.pk),
        "questions": [(TEXTS[p].question, index == asked) for index, (p, _channel) in enumerate(QUESTIONS)],
    }
    return render(request, "members/welcome.html", context, status=refused.status if refused else 200)


def _answered(request: HttpRequest, member: Member, purpose: Purpose, channel: str) -> None:
    """Keep an answer: a no always, a yes to the words that were shown. Raises WordedAnew for other words, TooMany."""
    rate_limit(member.pk, "permission", now=now())
    answer: Callable[..., object] = withdraw  # whoever comes back to a question may have said yes before
    if request.POST.get("answer") == "yes":
        shown = request.POST.get("wording", "")
        require_wording(shown)
        answer = partial(grant, text_version=shown)
    answer(member_id=member.pk, purpose=purpose, channel=channel, source="welcome", now=now())


def _asked(request: HttpRequest) -> int | None:
    number = number_in(request.GET.get("step"), 2) or 0
    return number if number < len(QUESTIONS) else None


@require_safe
def privacy(request: HttpRequest) -> HttpResponse:
    """What is public, what is kept and what is asked before, for everybody."""
    return render(request, "members/privacy.html", {"texts": TEXTS.values()})


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Choose the language; members keep it with their account."""
    chosen = request.POST.get("language", "")
    rate_limit(request.user.pk or request.META.get("REMOTE_ADDR"), "settings", now=now())
    response = _back(request)
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie(settings.LANGUAGE_COOKIE_NAME, chosen, max_age=YEAR, samesite="Lax")
        if request.user.is_authenticated:
            choose_language(member=require_member(request), language=chosen)
    return response


@require_POST
def theme(request: HttpRequest) -> HttpResponse:
    """Choose light, dark or the system's."""
    response = _back(request)
    chosen = request.POST.get("theme", "")
    if chosen in {"light", "dark"}:
        response.set_cookie("theme", chosen, max_age=YEAR, samesite="Lax")
    else:
        response.delete_cookie("theme")
    return response


def _back(request: HttpRequest) -> HttpResponse:
    target = request.POST.get("next", "/")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure())
    # Not redirect(): it would look for a view of that name.
    return HttpResponseRedirect(target if safe else "/")
