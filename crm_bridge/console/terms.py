"""The Workbench's page of unknown terms: what members say that the vocabulary does not know."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from community.kernel.api import PaddockError, now
from community.members.api import Member, require_role
from crm_bridge.keywords.proposals import (
    FEWEST_PEOPLE,
    VOCABULARY_ROLES,
    Source,
    accept_as_keyword,
    accept_as_synonym,
    dismiss,
    proposals,
)
from crm_bridge.models import KeywordKind

SENTENCES = {
    "search": gettext_lazy("%(people)d searched for it, %(uses)d times"),
    "referrer": gettext_lazy("%(people)d came from a search for it, %(uses)d times"),
    "declared": gettext_lazy("%(people)d have it on their space"),
    "garage": gettext_lazy("%(people)d have it in their garage"),
    "topic": gettext_lazy("%(people)d wrote it in a topic"),
    "post": gettext_lazy("%(people)d wrote it in a reply"),
    "idea": gettext_lazy("%(people)d wrote it in an idea"),
}


@login_required
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """Frequent unknown terms with their evidence."""
    _require(request)
    return _page(request)


@login_required
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Add a term to a keyword, make it one, or dismiss it."""
    staff = _require(request)
    sent = {name: request.POST.get(name, "") for name in ("term", "keyword", "name_en", "name_zh", "kind")}
    try:
        if request.POST.get("do") == "dismiss":
            dismiss(actor=staff, term=sent["term"], now=now())
        elif request.POST.get("do") == "synonym":
            accept_as_synonym(actor=staff, term=sent["term"], keyword=sent["keyword"], now=now())
        else:
            names = {name: sent[name] for name in ("term", "name_en", "name_zh", "kind")}
            accept_as_keyword(actor=staff, now=now(), **names)
    except PaddockError as error:
        return _page(request, refused=error, sent=sent)
    return redirect("crm:terms")


def _page(
    request: HttpRequest, *, refused: PaddockError | None = None, sent: dict[str, str] | None = None
) -> HttpResponse:
    sent = sent or {}
    # A mistake stands at its field; where there is none, or its word is no longer on the page, above the list.
    wrong = {sent["term"]: refused.field} if refused and refused.field else {}
    rows = [
        (proposal, [_sentence(source) for source in proposal.sources], wrong.pop(proposal.term, ""))
        for proposal in proposals()
    ]
    context = {
        "section": "desk",
        "rows": rows,
        "kinds": KeywordKind.choices,
        "fewest": FEWEST_PEOPLE,
        "refused": refused,
        "sent": sent,
        "above": refused and (wrong or not refused.field),
        "edits": request.user.has_perm("wagtailadmin.access_admin"),
    }
    return render(request, "crm/terms.html", context, status=refused.status if refused else 200)


def _sentence(source: Source) -> str:
    return str(SENTENCES[source.name]) % {"people": source.people, "uses": source.uses}


def _require(request: HttpRequest) -> Member:
    require_role(request.user, *VOCABULARY_ROLES)
    assert isinstance(request.user, Member)
    return request.user
