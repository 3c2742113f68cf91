"""What members contribute to search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from community.members.models import Member
from community.members.queries import space_url
from community.search.api import ContentDocument, ContentKind, Found, register_content


def load(ids: Sequence[int]) -> Iterable[ContentDocument]:
    """The documents of members who are here."""
    for member in Member.objects.filter(pk__in=ids, erased_at=None).prefetch_related("declared_keywords"):
        words = " ".join(keyword.text for keyword in member.declared_keywords.all())
        yield ContentDocument(
            id=member.pk,
            title=f"{member.shown_name} {member.username}",
            body=f"{member.about} {words}",
            language=member.language,
            readers=("public",),
            created_at=member.joined_at,
            author_id=member.pk,
        )


def all_ids() -> Iterable[int]:
    """Everybody who is here."""
    return Member.objects.filter(erased_at=None).order_by("pk").values_list("pk", flat=True).iterator()


def present(ids: Sequence[int], viewer: Any) -> Mapping[int, Found]:
    """Hits; spaces are public."""
    members = Member.objects.filter(pk__in=ids, erased_at=None).only(
        "username", "name", "about", "joined_at", "language"
    )
    return {
        member.pk: Found(
            space_url(member.username), member.shown_name, member.about, None, member.pk, language=member.language
        )
        for member in members
    }


register_content(ContentKind("member", _("Members"), load, all_ids, present))
