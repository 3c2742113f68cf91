"""What members contribute to search and to their own file."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import timedelta
from typing import Any

from allauth.account.models import EmailAddress
from allauth.account.signals import email_confirmed
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from django.contrib import messages
from django.contrib.auth.models import Group
from django.db import connection, transaction
from django.dispatch import receiver
from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from community.kernel.api import Delivery, each_minute, fills, handles, now, primary_keys_of, return_turn, take_turn
from community.members.erasure import erase_what_came_late, erased_since, forget_ways_in
from community.members.facts import MemberErased
from community.members.garage import shown_cars
from community.members.mentions import beginnings
from community.members.models import Car, Member
from community.members.past_sessions import forget_past_sessions
from community.members.queries import declared_keywords, space_url
from community.members.takeover import end_ways_in_of_others
from community.members.verification import forget_unverified, shown_members, verified
from community.search.api import ContentDocument, ContentKind, Found, register_content

PASSWORD_ENDED = _(
    "Until now nobody had shown that this address is theirs, so the password set before no longer works. Choose one of "
    "your own: your space has “Password” under “Account”."
)
RESET = "account_confirm_password_reset_code"
FORGET_SESSIONS = "members:forget-sessions"
LONGEST_REQUEST = timedelta(hours=1)
ERASED = f"SELECT id FROM {Member._meta.db_table} WHERE erased_at IS NOT NULL AND id IN ({{}})"  # noqa: S608 - a name of ours


def load(ids: Sequence[int]) -> Iterable[ContentDocument]:
    """The documents of members who are here."""
    for member in shown_members().filter(pk__in=ids).prefetch_related("declared_keywords"):
        words = " ".join(keyword.text for keyword in member.declared_keywords.all())
        yield ContentDocument(
            id=member.pk,
            title=f"{member.shown_name} {member.username}",
            body=f"{member.about} {words}",
            language=member.language,
            readers=("public",),
            created_at=member.joined_at,
            author_id=member.pk,
            names=beginnings(member.username, member.shown_name),
        )


def all_ids() -> Iterable[int]:
    """Everybody who is here."""
    return primary_keys_of(shown_members())


def present(ids: Sequence[int], viewer: Any) -> Mapping[int, Found]:
    """Hits; spaces are public."""
    fields = ("username", "name", "about", "joined_at", "language", "erased_at")
    members, words = shown_members().filter(pk__in=ids).only(*fields), declared_keywords(ids)
    return {
        member.pk: Found(
            url=space_url(member.username),
            title=member.shown_name,
            body=" · ".join(text for text in (member.about, ", ".join(words.get(member.pk, []))) if text),
            by_id=member.pk,
            language=member.language,
        )
        for member in members
    }


@receiver(email_confirmed, dispatch_uid="members.verified")
def address_verified(request: HttpRequest, email_address: EmailAddress, **kwargs: Any) -> None:
    """Who joined is shown from the moment their address is known to be theirs; a stranger's ways in end then."""
    with transaction.atomic():
        verified(email_address.user_id)
        ended, page = end_ways_in_of_others(request, email_address), request.resolver_match
        if ended and not (page and page.url_name == RESET):  # there they choose one anyway, on the next page
            messages.info(request, PASSWORD_ENDED)


@each_minute
def forget_who_never_came() -> int:
    """Remove people who joined and never verified their address. Returns how many."""
    return forget_unverified(now=now())


@each_minute
def forget_sessions() -> int:
    """Once an hour, or in the next minute where there are too many: sessions that are over, and where they were.

    Returns how many rows are gone.
    """
    if not take_turn(FORGET_SESSIONS):
        return 0
    gone, all_of_them = forget_past_sessions(now=now())
    if not all_of_them:
        return_turn(FORGET_SESSIONS)
    return gone


@handles(MemberErased)
def erase_late(delivery: Delivery[MemberErased]) -> None:
    """What requests under way left of an erased member goes again when the erasure is delivered."""
    erase_what_came_late([delivery.fact.member_id])


@each_minute
def erase_later() -> int:
    """What requests under way left goes again for as long as one may be: an hour. Returns of how many members."""
    member_ids = erased_since(now() - LONGEST_REQUEST)
    if member_ids:
        erase_what_came_late(member_ids)
    return len(member_ids)


@fills("members.late")
def forget_late(member_ids: Collection[int]) -> None:
    """Sessions begun, addresses and keys added while the account was being erased."""
    forget_ways_in(member_ids)


@fills("members.explain")
def explain(member_id: int) -> dict[str, Any]:
    """The account, the space, and how and where somebody signs in; never a secret."""
    said = ("username", "name", "title", "title_zh", "email", "language", "about")
    account = Member.objects.filter(pk=member_id).values(*said, "joined_at", "last_login", "is_active")
    sessions = UserSession.objects.filter(user_id=member_id).order_by("pk")
    keys = Authenticator.objects.filter(user_id=member_id).order_by("pk")
    return {
        "account": account.first(),
        "roles": list(Group.objects.filter(user=member_id).order_by("name").values_list("name", flat=True)),
        "keywords": declared_keywords([member_id]).get(member_id, []),
        "garage": list(
            Car.objects.filter(member_id=member_id).order_by("position", "pk").values("brand", "model", "year")
        ),
        "addresses": list(
            EmailAddress.objects.filter(user_id=member_id).order_by("pk").values("email", "verified", "primary")
        ),
        "signed_in": list(sessions.values("created_at", "last_seen_at", "ip", "user_agent")),
        "keys": list(keys.values("type", "created_at", "last_used_at")),
    }


register_content(
    ContentKind(
        kind="member",
        label=_("Members"),
        single=pgettext_lazy("kind", "Member"),
        load=load,
        all_ids=all_ids,
        present=present,
    )
)


@fills("home.side", order=10)
def home_side(request: HttpRequest) -> str:
    """The member's first car beside the feed, as HTML; nothing for guests and for who has none."""
    if not request.user.is_authenticated:
        return ""
    cars = shown_cars(Car.objects.filter(member_id=request.user.pk)[:1])
    return render_to_string("members/home_side.html", {"car": cars[0]}, request) if cars else ""


@fills("facts.erased")
def erased(member_ids: Collection[int]) -> set[int]:
    """Which of them were erased: what they do now is not done.

    It is asked with every fact, so it is SQL as it is: the ORM takes three times as long to write it.
    """
    places = ", ".join(["%s"] * len(member_ids))
    with connection.cursor() as cursor:
        cursor.execute(ERASED.format(places), list(member_ids))
        return {row[0] for row in cursor.fetchall()}
