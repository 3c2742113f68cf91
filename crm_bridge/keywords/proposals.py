"""Terms members use that the vocabulary does not know: counted, proposed to a manager, never used by themselves."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.db.models import Count, Max, Q, QuerySet, Sum
from django.utils.text import slugify
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from community.kernel.api import Conflict, Invalid, one_line
from community.kernel.plain import language_of
from community.members.api import Member, Role, require_role
from crm_bridge.keywords.matcher import units
from crm_bridge.keywords.vocabulary import Vocabulary, find, lock_vocabulary, nearest, vocabulary, vocabulary_changed
from crm_bridge.models import Keyword, KeywordKind, Synonym, TermProposal, TermSighting

VOCABULARY_ROLES = (Role.MARKETER, Role.BRAND_MANAGER)
# What fewer people used may be about a person; it is not shown to anybody.
FEWEST_PEOPLE = 3
SHOWN = 50
SUGGESTED = 3
SEVERAL = "several"  # kinds of acts of which each is of too few people to be told


@dataclass(frozen=True)
class Source:
    """How often a term came from one kind of act, or from ``SEVERAL`` of few people each."""

    name: str
    people: int
    uses: int


@dataclass(frozen=True)
class Proposal:
    """An unknown term with its evidence, and keywords it may belong to. Nobody is named."""

    term: str
    people: int
    uses: int
    last_at: datetime
    sources: tuple[Source, ...]
    near: tuple[str, ...]

    @property
    def name_en(self) -> str:
        """The name a keyword made of it begins with in English; empty where the term is Chinese."""
        return "" if language_of(self.term) == "zh-hans" else self.term

    @property
    def name_zh(self) -> str:
        """The name a keyword made of it begins with in Chinese; empty where the term is English."""
        return self.term if not self.name_en else ""


def proposals() -> list[Proposal]:
    """Unknown terms that several people used and nobody decided on, the most frequent first; at most 50."""
    current = vocabulary()
    rows = _rows(current)
    sources, index = _sources([row["term"] for row in rows]), _index(current)
    return [Proposal(**row, sources=tuple(sources[row["term"]]), near=tuple(_near(row["term"], index))) for row in rows]


def _rows(current: Vocabulary) -> list[Any]:
    rows = list(
        _undecided()
        .values("term")
        .annotate(people=Count("member_id", distinct=True), uses=Sum("count"), last_at=Max("at"))
        .filter(people__gte=FEWEST_PEOPLE)
        .order_by("-people", "-uses", "term")[: 2 * SHOWN]
    )
    # A term may have become known since it was seen.
    return [row for row in rows if not current.capture(row["term"])][:SHOWN]


def waiting() -> int:
    """How many terms are proposed."""
    return len(_rows(vocabulary()))


def _undecided() -> QuerySet[TermSighting]:
    return TermSighting.objects.exclude(term__in=TermProposal.objects.standing().values("term")).order_by()


def _index(current: Vocabulary) -> dict[str, set[str]]:
    found: dict[str, set[str]] = defaultdict(set)
    for keyword in current.keywords.values():
        for unit in units(f"{keyword.name_en} {keyword.name_zh}"):
            found[unit].add(keyword.name)
    return found


def _near(term: str, index: dict[str, set[str]]) -> list[str]:
    """Names of keywords that share half of what a term is made of."""
    parts = set(units(term))
    shared = Counter(name for part in parts for name in index.get(part, ()))
    return [name for name, count in shared.most_common(SUGGESTED) if 2 * count >= len(parts)]


def _sources(terms: list[str]) -> dict[str, list[Source]]:
    """Where terms came from. What fewer than three people did is told together with the like, or not at all."""
    found: dict[str, list[Source]] = defaultdict(list)
    few: dict[str, list[Source]] = defaultdict(list)
    rows = TermSighting.objects.filter(term__in=terms).values("term", "source").order_by("source")
    for row in rows.annotate(people=Count("member_id", distinct=True), uses=Sum("count")):
        told = found if row["people"] >= FEWEST_PEOPLE else few
        told[row["term"]].append(Source(row["source"], row["people"], row["uses"]))
    for term, people in _people_of(few).items():
        if len(people) >= FEWEST_PEOPLE:
            found[term].append(Source(SEVERAL, len(people), sum(source.uses for source in few[term])))
    return found


def _people_of(few: dict[str, list[Source]]) -> dict[str, set[int]]:
    """Who used each of the terms in one of these ways."""
    found: dict[str, set[int]] = defaultdict(set)
    wanted = Q()
    for term, sources in few.items():
        wanted |= Q(term=term, source__in=[source.name for source in sources])
    rows = TermSighting.objects.filter(wanted).values_list("term", "member_id") if wanted else ()
    for term, member_id in rows:
        found[term].add(member_id)
    return found


@transaction.atomic
def accept_as_synonym(*, actor: Member, term: str, keyword: str, now: datetime) -> Keyword:
    """From now on the term stands for a keyword, given by any of its words. The same decision again changes nothing.

    Who used it is known for an hour more, as of a dismissed one.

    Raises Invalid where there is none of that name or nothing to decide about, and Conflict where somebody decided
    otherwise meanwhile.
    """
    require_role(actor, *VOCABULARY_ROLES)
    decided, found = _decided(term), find(keyword)
    if found is None:
        hint = pgettext("between", ", ").join(nearest(keyword, codes=False))
        message = _("No keyword is called that. Did you mean: %(names)s?") if hint else _("No keyword is called that.")
        raise Invalid(message % {"names": hint}, field="keyword")
    if decided is not None:
        if decided.keyword_id == found.pk:
            return found
        raise _decided_otherwise(decided)
    word = one_line(term, 60)
    _synonym, added = Synonym.objects.get_or_create(keyword=found, text=word)
    _note(term, now, keyword=found, added=word if added else "")
    vocabulary_changed()
    return found


@transaction.atomic
def accept_as_keyword(*, actor: Member, term: str, name_en: str, name_zh: str, kind: str, now: datetime) -> Keyword:
    """A keyword of its own. The same decision again changes nothing. Who used the term is forgotten at once.

    Raises Invalid for missing names, an unknown kind and a name that is known already, and Conflict where somebody
    decided otherwise meanwhile.
    """
    require_role(actor, *VOCABULARY_ROLES)
    names = {"name_en": one_line(name_en, 60), "name_zh": one_line(name_zh, 60)}
    if (decided := _decided(term)) is not None:
        made = decided.keyword
        if made is not None and (made.name_en, made.name_zh, made.kind) == (*names.values(), kind):
            return made
        raise _decided_otherwise(decided)
    for field, name in names.items():
        if not name:
            raise Invalid(_("A keyword has a name in English and in Chinese."), field=field)
        if find(name):
            raise Invalid(_("A keyword of this name is there already: add the term to it."), field=field)
    if kind not in KeywordKind.values:
        raise Invalid(_("Choose what the keyword is about."), field="kind")
    keyword = Keyword.objects.create(code=free_code(names["name_en"]), kind=kind, **names)
    if one_line(term, 60).lower() not in {name.lower() for name in names.values()}:
        Synonym.objects.create(keyword=keyword, text=one_line(term, 60))
    _note(term, now, keyword=keyword)
    TermSighting.objects.filter(term=_noted(term)).delete()
    vocabulary_changed()
    return keyword


@transaction.atomic
def dismiss(*, actor: Member, term: str, now: datetime) -> str:
    """The term, returned as it is kept, is not proposed again. Who used it is known for an hour more.

    Raises Invalid for none, and Conflict where it stands for a keyword by now.
    """
    require_role(actor, *VOCABULARY_ROLES)
    if (decided := _decided(term)) is None:
        _note(term, now, dismissed=True)
    elif not decided.dismissed:
        raise _decided_otherwise(decided)
    return _noted(term)


@transaction.atomic
def take_back(*, actor: Member, term: str, keyword: str = "") -> str:
    """A dismissed term, returned as it is kept, may be proposed again; so may one that was added to a keyword.

    ``keyword`` is the code of that; of its words the added one goes, whatever else somebody changed meanwhile. Of a
    term that is undecided nothing changes. Raises Invalid for none, and Conflict where something else was decided.
    """
    require_role(actor, *VOCABULARY_ROLES)
    if (decided := _decided(term)) is not None:
        if not _is_to_take_back(decided, keyword):
            raise _decided_otherwise(decided)
        words = Synonym.objects.filter(keyword=decided.keyword_id, text=decided.added, exclusion=False)
        if decided.added and words.delete()[0]:
            vocabulary_changed()
        decided.delete()
    return _noted(term)


def _is_to_take_back(decided: TermProposal, keyword: str) -> bool:
    """Whether this was decided: to dismiss the term, or to add it to that keyword."""
    return decided.keyword_id == keyword and bool(decided.added) if keyword else decided.dismissed


def was_added(term: str) -> bool:
    """Whether a decision put the term to a keyword, so that it can be taken back."""
    return TermProposal.objects.standing().filter(term=_noted(term)).exclude(added="").exists()


def _decided(term: str) -> TermProposal | None:
    """What was decided about a term so far; until the transaction ends nobody else changes the vocabulary.

    Raises Invalid for what no text could be searched for.
    """
    if not any(units(_noted(term))):
        raise Invalid(_("“%(word)s” has no letter or digit.") % {"word": one_line(term, 40)}, field="term")
    lock_vocabulary()
    return TermProposal.objects.standing().select_related("keyword").filter(term=_noted(term)).first()


def _decided_otherwise(decided: TermProposal) -> Conflict:
    if decided.keyword is None:
        return Conflict(_("Somebody has dismissed this word meanwhile."))
    message = _("Somebody has decided about this word meanwhile: it stands for “%(name)s”.")
    return Conflict(message % {"name": decided.keyword.name})


def free_code(name_en: str) -> str:
    """A code for a new keyword. Raises Invalid where the name has no Latin letter or digit."""
    code = slugify(name_en)[:36].strip("-")
    if not code:
        raise Invalid(_("The English name needs Latin letters or digits."), field="name_en")
    taken = set(Keyword.objects.filter(code__startswith=code).values_list("code", flat=True))
    return next(each for each in (code, *(f"{code}-{n}" for n in range(2, 1000))) if each not in taken)


def _note(
    term: str, now: datetime, *, keyword: Keyword | None = None, added: str = "", dismissed: bool = False
) -> None:
    values = {"keyword": keyword, "added": added, "dismissed": dismissed, "decided_at": now}
    TermProposal.objects.update_or_create(term=_noted(term), defaults=values)


def _noted(term: str) -> str:
    """A term as decisions and sightings have it."""
    return one_line(term.lower(), 40)
