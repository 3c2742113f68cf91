"""The accounts a visitor of the demo may use."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from allauth.account.models import EmailAddress
from django.contrib.auth.hashers import make_password

from community.members.api import Member, Role
from demo.content import rows

PASSWORD = "look-around-26"  # noqa: S105 - printed for everybody who starts the demo on their own machine
CHINESE_MEMBER = "linyuan"


@dataclass(frozen=True)
class Account:
    """One of the accounts shown at the start."""

    username: str
    what: str


def accounts() -> list[Account]:
    """A member of each language, then one of the brand's people for each role."""
    members = rows("members", "member")
    chinese = next(entry for entry in members if entry["username"] == CHINESE_MEMBER)
    shown = [_account(members[0], "member"), _account(chinese, "member")]
    seen: set[str] = set()
    for entry in rows("members", "staff"):
        if entry["role"] not in seen:
            seen.add(entry["role"])
            shown.append(_account(entry, str(Role(entry["role"]).value).replace("_", " ")))
    return shown


def _account(entry: dict[str, Any], what: str) -> Account:
    return Account(entry["username"], what if entry["language"] == "en" else f"{what}, reads Chinese")


def open_accounts(members: list[Member]) -> None:
    """Give everybody the one password and a confirmed address. One hash for all: a hash takes half a second."""
    ids = [member.pk for member in members]
    Member.objects.filter(pk__in=ids).update(password=make_password(PASSWORD))
    EmailAddress.objects.bulk_create(
        [EmailAddress(user=member, email=member.email, verified=True, primary=True) for member in members]
    )
