"""The name of an erased member is taken out of what others wrote in contests, and of what facts keep of it."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext as _

from community.inbox.api import announce, retitle
from community.kernel import markup, redaction
from community.kernel.api import batched, contributions, publish_many, rewrite
from community.kernel.plain import language_of, plain_text
from community.members.api import Member, members_named
from community.search.api import mark_content
from ideas.facts import IdeaEdited, IdeaRedacted, IdeaSubmitted, IdeaVoted
from ideas.models import Contest, Idea
from ideas.queries import voters_of

BATCH = 200
MOST_TITLE = Idea._meta.get_field("title").max_length
READ = ("title", "text", "reason_en", "reason_zh", "set_aside_reason")  # as plain text; the source says what text says
TEXTS = (IdeaSubmitted, IdeaEdited, IdeaRedacted, IdeaVoted)
WRITTEN = ("title", "source", "html", "text", "reason_en", "reason_zh", "set_aside_reason")


@dataclass(frozen=True)
class Naming:
    """Where a member is named, by which spellings or over quotations of which posts, and who wrote or voted for it."""

    ideas: frozenset[int]
    names: frozenset[str]
    posts: frozenset[int]
    people: frozenset[int]


def naming(member: Member) -> Naming:
    """The ideas that name a member who still bears the name. Every idea with an @ or a quotation is read: few have.

    Nobody names who never showed that an address is theirs: the name was nobody's before, and is free again.
    """
    named: dict[int, set[str]] = {}
    if member.username not in members_named({member.username}):
        return Naming(ideas=frozenset(), names=frozenset(), posts=frozenset(), people=frozenset())
    with_names = Q()
    for field in READ:
        with_names |= Q(**{f"{field}__contains": "@"})
    found = Idea.objects.filter(with_names).order_by("pk").values_list("pk", *READ)
    for rows in batched(found.iterator(chunk_size=BATCH), BATCH):
        said = {pk: {match["name"] for match in markup.ANY_NAME.finditer("\n".join(texts))} for pk, *texts in rows}
        bearers = members_named(set().union(*said.values()))
        theirs = {name for name, bearer in bearers.items() if bearer == member.pk}
        named |= {pk: names & theirs for pk, names in said.items() if names & theirs}
    quoting = _quoting(member.pk)
    ideas = {*named, *quoting}
    authors = Idea.objects.filter(pk__in=ideas).values_list("author_id", flat=True)
    return Naming(
        ideas=frozenset(ideas),
        names=frozenset({member.username}.union(*named.values())),
        posts=frozenset().union(*quoting.values()),
        people=frozenset({*authors, *voters_of(list(ideas))}),
    )


def _quoting(member_id: int) -> dict[int, set[int]]:
    """The ideas with a quotation of posts of a member, which names them, and which posts these are."""
    found: dict[int, set[int]] = {}
    rows = Idea.objects.filter(source__contains="](/posts/").order_by("pk").values_list("pk", "source")
    for some in batched(rows.iterator(chunk_size=BATCH), BATCH):
        cited = {pk: {int(match["post"]) for match in markup.ANY_QUOTE.finditer(source)} for pk, source in some}
        theirs = set().union(*contributions("posts.written_by", member_id, set().union(*cited.values())))
        found |= {pk: posts & theirs for pk, posts in cited.items() if posts & theirs}
    return found


def take_name_out(found: Naming, member_id: int, *, now: datetime) -> None:
    """A word stands where the name stood. The contests and people are held, in the transaction of the erasure."""
    if not found.names:
        return
    titles: dict[str, str] = {}
    urls: dict[str, str] = {}
    for ids in batched(sorted(found.ideas), BATCH):
        heads = _heads(ids, found.posts)
        seen = _in_ideas(ids, found)
        titles |= {f"idea:{idea.pk}": idea.title for idea in seen}
        urls |= {f"idea:{idea.pk}": idea.get_absolute_url() for idea in seen}
        people = found.people | voters_of(ids)  # who voted before the contests were held is found now
        rewrite(TEXTS, **_kept(ids, people), change=_change(found.names, heads))
        _tell(seen, member_id, now=now)
    retitle(titles, urls=urls)
    edited = Idea.objects.exclude(edited_at=None).order_by("pk").values_list("pk", "author_id")
    for rows in batched(edited.iterator(chunk_size=BATCH), BATCH):  # what an idea said before may have named them
        kept = _kept([pk for pk, _author in rows], {author for _pk, author in rows})
        rewrite(TEXTS, **kept, change=_change(found.names, {}))


def _kept(ids: Collection[int], people: Collection[int]) -> dict[str, Any]:
    return {"member_ids": people, "key": "idea_id", "values": ids}


def _heads(ids: Collection[int], posts: Collection[int]) -> dict[int, list[str]]:
    """The names that stand over quotations of these posts, by idea."""
    sources = Idea.objects.filter(pk__in=ids).values_list("pk", "source")
    return {pk: redaction.quotation_heads(source, posts) for pk, source in sources}


def _in_ideas(ids: Collection[int], found: Naming) -> list[Idea]:
    """Take the names out of ideas. Returns those whose title or text, which everybody sees, is another one now."""
    names = found.names
    ideas, seen = list(Idea.objects.filter(pk__in=ids).order_by("pk")), []
    for idea in ideas:
        before, word = (idea.title, idea.source), _word(idea.text)
        idea.title = _without(idea.title, names, word)[:MOST_TITLE]
        idea.source = redaction.without_names(idea.source, names=names, posts=found.posts, word=word)
        idea.reason_en = _without(idea.reason_en, names, _word(idea.reason_en))
        idea.reason_zh = _without(idea.reason_zh, names, _word(idea.reason_zh))
        idea.set_aside_reason = _without(idea.set_aside_reason, names, _word(idea.set_aside_reason))
        if before != (idea.title, idea.source):
            idea.html = markup.render(idea.source, mentions={})
            idea.text = plain_text(idea.html)
            seen.append(idea)
    Idea.objects.bulk_update(ideas, WRITTEN, batch_size=BATCH)
    return seen


def _word(text: str) -> str:
    with translation.override(language_of(text)):
        return _("former member")


def _without(text: str, names: Collection[str], word: str, heads: Collection[str] = ()) -> str:
    return redaction.without_words(text, names=names, heads=heads, word=word)


def _change(names: Collection[str], heads: Mapping[int, Collection[str]]) -> Any:
    def change(payload: dict[str, Any]) -> dict[str, Any]:
        word = _word(payload["text"])
        return {
            **payload,
            "title": _without(payload["title"], names, word),
            "text": _without(payload["text"], names, word, heads.get(payload["idea_id"], ())),
        }

    return change


def _tell(ideas: Iterable[Idea], member_id: int, *, now: datetime) -> None:
    """The index, open pages, and profiles of whoever wrote the idea or voted for it follow."""
    ideas = list(ideas)
    mark_content("idea", [idea.pk for idea in ideas])
    here = set(
        Member.objects.filter(pk__in=[idea.author_id for idea in ideas], erased_at=None).values_list("pk", flat=True)
    )
    facts = []
    for idea in ideas:
        told = ({idea.author_id} & here | voters_of([idea.pk])) - {member_id}
        facts += [(_fact(idea, person), now) for person in sorted(told)]
    publish_many(facts)
    contests = Contest.objects.filter(pk__in={idea.contest_id for idea in ideas}).order_by("pk")
    contests.update(sequence=F("sequence") + 1)
    for contest in contests:
        announce(contest.channel, kind="idea", sequence=contest.sequence)


def _fact(idea: Idea, person: int) -> IdeaRedacted:
    text = idea.text[: markup.FACT_TEXT]
    return IdeaRedacted(member_id=person, idea_id=idea.pk, contest_id=idea.contest_id, title=idea.title, text=text)
