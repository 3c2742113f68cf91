"""The Workbench's page of unknown terms: what members say that the vocabulary does not know."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext_lazy
from django.views.decorators.http import require_POST, require_safe

from community.kernel.api import PaddockError, now, one_line, rate_limit, register_written_fields
from community.members.api import Member, require_member, require_role
from crm_bridge.keywords.proposals import (
    FEWEST_PEOPLE,
    SEVERAL,
    VOCABULARY_ROLES,
    Source,
    accept_as_keyword,
    accept_as_synonym,
    dismiss,
    proposals,
    take_back,
)
from crm_bridge.models import Keyword, KeywordKind
from crm_bridge.profiles.queries import repeated

register_written_fields("name_en", "name_zh")
SENTENCES = {
    "search": ngettext_lazy("%(people)d person searched for it", "%(people)d people searched for it", "people"),
    "referrer": ngettext_lazy(
        "%(people)d person came from a search for it", "%(people)d people came from a search for it", "people"
    ),
    "declared": ngettext_lazy(
        "%(people)d person has it on their space", "%(people)d people have it on their space", "people"
    ),
    "garage": ngettext_lazy(
        "%(people)d person has it in the garage", "%(people)d people have it in their garage", "people"
    ),
    "topic": ngettext_lazy("%(people)d person wrote it in a topic", "%(people)d people wrote it in a topic", "people"),
    "post": ngettext_lazy("%(people)d person wrote it in a reply", "%(people)d people wrote it in a reply", "people"),
    "idea": ngettext_lazy("%(people)d person wrote it in an idea", "%(people)d people wrote it in an idea", "people"),
    SEVERAL: gettext_lazy("%(people)d people used it in various ways"),  # never fewer than three
}
DISMISSED = "dismissed"
REPEATED = {"search", "referrer"}  # of which it is told how often


@login_required
@require_safe
def terms(request: HttpRequest) -> HttpResponse:
    """Frequent unknown terms with their evidence."""
    _require(request)
    return _page(request)


@login_required
@require_POST
def decide(request: HttpRequest) -> HttpResponse:
    """Add a term to a keyword, make it one, dismiss it, or take that back."""
    staff = _require(request)
    sent = {name: request.POST.get(name, "") for name in ("do", "term", "keyword", "name_en", "name_zh", "kind")}
    try:
        rate_limit(staff.pk, "desk", now=now())
        _decide(request, staff, sent)
    except PaddockError as error:
        return _page(request, refused=error, sent=sent)
    return redirect("crm:terms")


def _decide(request: HttpRequest, staff: Member, sent: dict[str, str]) -> None:
    """Do it, and say so of what would not be seen otherwise."""
    do, term = sent["do"], sent["term"]
    if do == "dismiss":
        word = dismiss(actor=staff, term=term, now=now())
        said = _("Dismissed: “%(word)s”. It is not proposed again.") % {"word": word}
        messages.success(request, said, extra_tags=f"{DISMISSED} {word}")
    elif do == "take_back":
        word = take_back(actor=staff, term=term)
        messages.success(request, _("Taken back: “%(word)s” is no longer dismissed.") % {"word": word})
    else:
        messages.success(request, _from_now_on(term, _accept(staff, sent)))


def _accept(staff: Member, sent: dict[str, str]) -> Keyword:
    if sent["do"] == "synonym":
        return accept_as_synonym(actor=staff, term=sent["term"], keyword=sent["keyword"], now=now())
    names = {name: sent[name] for name in ("term", "name_en", "name_zh", "kind")}
    return accept_as_keyword(actor=staff, now=now(), **names)


def _from_now_on(term: str, keyword: Keyword) -> str:
    """What a word counts as, and what it does not by itself."""
    said = _(
        "“%(word)s” counts as “%(keyword)s” from now on. To learn from earlier acts as well, ask whoever runs the site "
        "to run “manage.py rebuild_profiles”."
    )
    return said % {"word": one_line(term, 60), "keyword": keyword.name}


def _said(request: HttpRequest) -> tuple[list[tuple[str, str]], list[Any]]:
    """What is told of words that were dismissed, each with its word, and the other messages."""
    dismissed, others = [], []
    for message in messages.get_messages(request):
        kind, _space, word = (message.extra_tags or "").partition(" ")
        if kind == DISMISSED:
            dismissed.append((str(message), word))
        else:
            others.append(message)
    return dismissed, others


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
    dismissed, others = _said(request)
    context = {
        "section": "desk",
        "dismissed": dismissed,
        "messages": others,
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
    sentence = SENTENCES[source.name] % {"people": source.people}
    return repeated(sentence, source.uses) if source.name in REPEATED else sentence


def _require(request: HttpRequest) -> Member:
    require_role(request.user, *VOCABULARY_ROLES)
    return require_member(request)
