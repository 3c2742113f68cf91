"""The brand manager's clubs and circles in the Workbench, and who leads and hosts them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from clubs.forms import ClubForm, NewClubForm, RoleForm
from clubs.models import Club, ClubKind, MemberRole
from clubs.queries import clubs_named, role_in, running
from clubs.services import change_club, create_club, give_role
from clubs.views.pages import words_in
from community.kernel.api import (
    Invalid,
    Outdated,
    PaddockError,
    add_refusal,
    began_from,
    beside,
    now,
    rate_limit,
    status_of,
)
from community.members.api import Member, Role, require_member, require_role, shown_members

CLUBS_A_PAGE = 60


@require_safe
@login_required
def clubs(request: HttpRequest) -> HttpResponse:
    """All clubs and circles with who runs them; searchable, for there may be hundreds."""
    _manager(request)
    words = words_in(request)
    page = Paginator(clubs_named(words), CLUBS_A_PAGE).get_page(request.GET.get("page"))
    people = running(page.object_list)
    context = {
        "rows": [(club, people.get(club.pk, [])) for club in page.object_list],
        "words": words,
        "page": page.number,
        "pages": page.paginator.num_pages,
        "section": "desk",
    }
    return render(request, "clubs/desk.html", context)


@login_required
def new_club(request: HttpRequest) -> HttpResponse:
    """A form for a new club or circle."""
    manager, form = _manager(request), NewClubForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            rate_limit(manager.pk, "desk", now=now())
            made = create_club(actor=manager, now=now(), **form.cleaned_data)
        except PaddockError as error:
            add_refusal(form, error)
        else:
            return redirect("clubs:desk_club", slug=made.slug)
    return render(request, "clubs/desk_new.html", {"form": form, "section": "desk"}, status=status_of(form))


@login_required
def club(request: HttpRequest, slug: str) -> HttpResponse:
    """Change a club. Where it was changed meanwhile, both are shown, and saving again puts this one there."""
    manager, found = _manager(request), get_object_or_404(Club, slug=slug)
    form = _form(found, request.POST or None)
    version = began_from(request, found)
    if request.method != "POST" or not form.is_valid():
        return _page(request, found, form=form, version=version)
    values = {"models": found.models_list} | form.cleaned_data
    try:
        rate_limit(manager.pk, "desk", now=now())
        change_club(actor=manager, club=found, based_on=version, now=now(), **values)
    except Outdated as error:
        found.refresh_from_db()
        return _page(request, found, form=form, version=found.version, outdated=error)
    except PaddockError as error:
        add_refusal(form, error)
        return _page(request, found, form=form, version=version)
    return redirect("clubs:desk_club", slug=slug)


@require_POST
@login_required
def roles(request: HttpRequest, slug: str) -> HttpResponse:
    """Have somebody lead or host a club, or no longer."""
    manager, found = _manager(request), get_object_or_404(Club, slug=slug)
    form = RoleForm(request.POST)
    if form.is_valid():
        try:
            rate_limit(manager.pk, "desk", now=now())
            member = _called(form.cleaned_data["username"])
            before, role = role_in(found, member), form.cleaned_data["role"]
            give_role(actor=manager, club=found, member=member, role=role, now=now())
        except PaddockError as error:
            add_refusal(form, Invalid(error.message, field="username") if isinstance(error, Invalid) else error)
        else:
            messages.success(request, _given(member, before, role))
            return redirect("clubs:desk_club", slug=slug)
    return _page(request, found, named=form)


def _given(member: Member, before: str, role: str) -> str:
    """What became of somebody's role in a club."""
    if role != MemberRole.MEMBER:
        again = role == before
        said = _("%(name)s already had the role “%(role)s”.") if again else _("%(name)s has the role “%(role)s” now.")
    elif before not in {"", MemberRole.MEMBER}:  # who joins at this moment had none
        said, role = _("%(name)s no longer has the role “%(role)s”."), before
    else:
        said = _("%(name)s is a member like any other, without a role to take back.")
    return said % {"name": member.shown_name, "role": MemberRole(role).label}


def _called(name: str) -> Member:
    """Who is here under a user name. Raises Invalid for nobody."""
    found = shown_members().filter(username__iexact=name.removeprefix("@")).first()
    if found is None:
        raise Invalid(_("No member has this user name."), field="username")
    return found


def _form(found: Club, sent: Any = None) -> ClubForm:
    form = ClubForm(sent, initial=_kept(found))
    if found.kind != ClubKind.BRAND:
        del form.fields["models"]
    return form


def _kept(found: Club) -> dict[str, Any]:
    return vars(found) | {"models": found.models_list}


def _page(
    request: HttpRequest,
    found: Club,
    *,
    form: ClubForm | None = None,
    version: str = "",
    outdated: Outdated | None = None,
    named: RoleForm | None = None,
) -> HttpResponse:
    if form is None:
        form, version = _form(found), found.version
    lines = {name: "\n".join(value) if isinstance(value, list) else value for name, value in _kept(found).items()}
    context = {
        "club": found,
        "form": form,
        "version": version,
        **beside(form, lines, outdated),
        "people": running([found]).get(found.pk, []),
        "role_form": named or RoleForm(),
        "section": "desk",
    }
    status = status_of(form, named, outdated=outdated)
    return render(request, "clubs/desk_club.html", context, status=status)


def _manager(request: HttpRequest) -> Member:
    require_role(request.user, Role.BRAND_MANAGER)
    return require_member(request)
