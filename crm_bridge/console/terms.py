"""The Workbench's page of unknown terms: what members say that the vocabulary does not know."""

from __future__ import annotations

from typing import Any, NamedTuple

from django.contrib import messages
from django.contrib.admin.utils import quote
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
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
    was_added,
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
# What was done to a word, before the code of its keyword, if any, and the word.
DISMISSED, ADDED, MADE = "dismissed", "added", "made"
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
    names = ("do", "term", "keyword", "name_en", "name_zh", "kind", "added_to")
    sent = {name: request.POST.get(name, "") for name in names}
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
        word = take_back(actor=staff, term=term, keyword=sent["added_to"])
        said = _("Taken back: “%(word)s” is no longer dismissed.")
        if sent["added_to"]:
            said = _("Taken back: nothing is decided about “%(word)s” any longer.")
        messages.success(request, said % {"word": word})
    else:
        keyword = _accept(staff, sent)
        done = MADE if do == "keyword" else ADDED if was_added(term) else ""
        messages.success(request, _from_now_on(term, keyword), extra_tags=f"{done} {keyword.code} {one_line(term, 60)}")


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


class _Told(NamedTuple):
    """What is said of a word: with the word, and the keyword it was added to, where that can be taken back."""

    said: str
    word: str = ""
    added_to: str = ""
    edit: str = ""  # where the keyword that was made of it is changed and deleted


def _said(request: HttpRequest) -> tuple[list[_Told], list[Any]]:
    """What is told of words that were decided about, and the other messages."""
    told, others = [], []
    for message in messages.get_messages(request):
        kind, _space, rest = (message.extra_tags or "").partition(" ")
        code, _space, word = rest.partition(" ")
        if kind == DISMISSED:
            told.append(_Told(str(message), rest))
        elif kind == ADDED:
            told.append(_Told(str(message), word, code))
        elif kind == MADE and _may_edit(request):
            told.append(
                _Told(str(message), edit=reverse("wagtailsnippets_crm_bridge_keyword:edit", args=[quote(code)]))
            )
        else:
            others.append(message)
    return told, others


def _may_edit(request: HttpRequest) -> bool:
    return request.user.has_perm("wagtailadmin.access_admin")


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
    told, others = _said(request)
    context = {
        "section": "desk",
        "told": told,
        "messages": others,
        "rows": rows,
        "kinds": KeywordKind.choices,
        "fewest": FEWEST_PEOPLE,
        "refused": refused,
        "sent": sent,
        "above": refused and (wrong or not refused.field),
        "edits": _may_edit(request),
    }
    return render(request, "crm/terms.html", context, status=refused.status if refused else 200)


def _sentence(source: Source) -> str:
    sentence = SENTENCES[source.name] % {"people": source.people}
    return repeated(sentence, source.uses) if source.name in REPEATED else sentence


def _require(request: HttpRequest) -> Member:
    require_role(request.user, *VOCABULARY_ROLES)
    return require_member(request)
