"""What clubs show in others' places."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.db.models import F
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from clubs.counts import member_differences, repair_members
from clubs.directory import news_of
from clubs.models import Club, Membership
from clubs.queries import clubs_of, run_by
from community.kernel.api import fills, primary_keys_of, recountable
from community.members.api import KnownModel, Role
from community.search.api import ContentDocument, ContentKind, Found, mark_content, register_content


@fills("space.side", order=50)
def space_section(request: HttpRequest, member: Any) -> SafeString:
    """The clubs of a member."""
    return render_to_string("clubs/space_section.html", {"clubs": clubs_of(member.pk)}, request)


@fills("home.side")
def home_side(request: HttpRequest) -> SafeString:
    """One's own clubs with what is new in them; for guests the largest ones."""
    mine = clubs_of(request.user.pk) if request.user.is_authenticated and request.user.pk else []
    clubs = mine or list(Club.objects.order_by("-member_count")[:6])
    news = news_of([club.slug for club in clubs], request.user) if mine else {}
    lines = [(club, news.get(club.slug)) for club in clubs]
    return render_to_string("clubs/home_side.html", {"lines": lines, "mine": bool(mine)}, request)


@fills("clubs.of_member")
def titles_of(member_id: int) -> dict[str, str]:
    """The clubs of a member: title by slug."""
    return {club.slug: club.title for club in clubs_of(member_id)}


@fills("clubs.run_by")
def runs(member_id: int, slug: str) -> bool:
    """Whether a member leads or hosts a club, so that its board is theirs to keep in order."""
    return run_by(member_id, slug)


@fills("console.nav", order=120)
def clubs_nav(user: Any) -> dict[str, Any]:
    """The brand manager's clubs and circles in the Workbench."""
    return {"url": "clubs:desk", "label": _("Clubs"), "roles": (Role.BRAND_MANAGER,)}


@fills("clubs.titles")
def titles(slugs: Iterable[str] | None = None) -> dict[str, str]:
    """What clubs are called in the reader's language, by slug; without slugs all of them."""
    clubs = Club.objects.order_by("slug")
    found = clubs if slugs is None else clubs.filter(slug__in=list(slugs))
    return {club.slug: club.title for club in found.only("slug", "title_en", "title_zh")}


@fills("cars.known")
def known_cars() -> dict[str, KnownModel]:
    """What is known of models, by "brand model" in lower case. A club's first keyword is its brand."""
    found: dict[str, KnownModel] = {}
    for club in Club.objects.exclude(model_facts={}).only("keywords", "model_facts"):
        for name, model in club.known_models.items():
            found |= {label.strip().lower(): model for label in (name, f"{club.brand} {name}")}
    return found


@fills("members.erase")
def erase(member_id: int) -> None:
    """Memberships go, and the counts with them."""
    left = []
    for row in Membership.objects.filter(member_id=member_id).order_by("club_id"):
        if Membership.objects.filter(pk=row.pk).delete()[0]:
            Club.objects.filter(pk=row.club_id).update(member_count=F("member_count") - 1)
            left.append(row.club_id)
    mark_content("club", left)


@fills("members.explain")
def explain(member_id: int) -> dict[str, Any]:
    """What clubs keep of a member."""
    rows = Membership.objects.filter(member_id=member_id).values_list("club__slug", "role", "joined_at")
    return {"clubs": [{"club": club, "role": role, "joined_at": at} for club, role, at in rows]}


def load(ids: Sequence[int]) -> Iterable[ContentDocument]:
    """Clubs under both titles."""
    for club in Club.objects.filter(pk__in=ids):
        words = " ".join([club.about_en, club.about_zh, *club.models_list, *club.keywords])
        yield ContentDocument(
            id=club.pk,
            title=f"{club.title_en} {club.title_zh}",
            body=words,
            language="",
            readers=("public",),
            created_at=club.founded_at,
            place=f"club:{club.slug}",
            popularity=club.member_count,
        )


def present(ids: Sequence[int], viewer: Any) -> Mapping[int, Found]:
    """Hits; clubs are public."""
    clubs = Club.objects.filter(pk__in=ids)
    return {club.pk: Found(url=club.get_absolute_url(), title=club.title, body=club.about) for club in clubs}


register_content(
    ContentKind(
        kind="club",
        label=_("Clubs"),
        single=pgettext_lazy("kind", "Club"),
        load=load,
        all_ids=lambda: primary_keys_of(Club.objects.all()),
        present=present,
    )
)
recountable("clubs: members", check=member_differences, repair=repair_members)
