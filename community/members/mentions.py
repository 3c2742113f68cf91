"""Who may be meant while a name is still being typed behind an @."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable

from django.db.models import Q

from community.kernel.markup import names_in
from community.members.lookalikes import skeleton
from community.members.models import Member
from community.members.queries import MemberCard, card_of
from community.members.verification import shown_members
from community.search.api import SearchDown, is_han, named_so, normalise, pieces

MOST = 6
CANDIDATES = 60  # of a beginning that very many names share
CHINESE_NAME = range(2, 5)  # characters, of which the first is the surname
_TYPED = re.compile(r"[\w-]{1,30}")


def beginnings(*names: str) -> tuple[str, ...]:
    """What is compared with what is typed: names, the words of them, and the given names of Chinese ones.

    All in small letters without accents.
    """
    plain = [_plain(name) for name in names]
    words = [word for name in plain for word in pieces(name)]
    return tuple(dict.fromkeys([*plain, *words, *(name[1:] for name in plain if _surname_first(name))]))


def _surname_first(name: str) -> bool:
    """Whether a name is written as Chinese names are: the surname, then what people are called by."""
    return len(name) in CHINESE_NAME and is_han(name)


def mentionable(typed: str, *, writer: Member, near: Iterable[int] = ()) -> list[MemberCard]:
    """At most six others of whose names one, or a part of it, begins with what was typed; in one query.

    First who bears just this user name, then those ``near``, in their order, then all others by the alphabet.
    """
    beginning = _plain(typed)
    if not _TYPED.fullmatch(typed) or not _TYPED.fullmatch(beginning):
        return []
    places = {pk: place for place, pk in enumerate(dict.fromkeys(near))}
    found = Q(pk__in=[*places, *_found(beginning, writer)]) | Q(skeleton=skeleton(typed))
    people = shown_members().filter(found, is_active=True).exclude(pk=writer.pk)
    fields = ("id", "username", "name", "title", "title_zh", "is_staff", "erased_at")
    meant = [card_of(member) for member in people.only(*fields) if _may_be_meant(member, beginning)]
    meant.sort(key=lambda one: (_plain(one.username) != beginning, places.get(one.id, len(places)), _plain(one.name)))
    return meant[:MOST]


def _found(beginning: str, writer: Member) -> list[int]:
    try:
        return named_so("member", beginning, viewer=writer, limit=CANDIDATES)
    except SearchDown:
        return []


def _may_be_meant(member: Member, beginning: str) -> bool:
    """Also the index may be behind; and of imported user names some cannot be written behind an @."""
    begins = any(one.startswith(beginning) for one in beginnings(member.username, member.shown_name))
    return begins and names_in(f"@{member.username}") == [member.username]


def _plain(text: str) -> str:
    apart = unicodedata.normalize("NFD", normalise(text))
    return unicodedata.normalize("NFC", "".join(c for c in apart if not unicodedata.combining(c)))
