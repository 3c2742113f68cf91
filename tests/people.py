"""Members for tests."""

from datetime import UTC, datetime
from http import HTTPStatus
from itertools import count

from django.test import Client
from django.urls import reverse

from community.consent.api import VERSION, grant
from community.members.api import Member, Role, give_role, register

THEN = datetime(2026, 9, 1, 8, tzinfo=UTC)
_NUMBERS = count(1)


def member(username: str = "", *, language: str = "en", name: str = "") -> Member:
    """Somebody who joined in September."""
    username = username or f"person{next(_NUMBERS)}x"
    return register(
        username=username,
        email=f"{username}@example.org",
        password="correct horse",
        name=name,
        language=language,
        now=THEN,
    )


def staff(role: Role, username: str = "") -> Member:
    """One of the brand's people."""
    person = member(username or f"of-{role[:5]}")
    give_role(member=person, role=role, title="Norling")
    return person


def confirm(client: Client, password: str = "correct horse") -> None:  # noqa: S107 - that of every member of a test
    """Give the password once more, as somebody who signed in some time ago is asked to."""
    assert client.post(reverse("account_reauthenticate"), {"password": password}).status_code == HTTPStatus.FOUND


def permit(person: Member, *permissions: str, now: datetime = THEN) -> Member:
    """Say yes to each ``purpose:channel``."""
    for permission in permissions:
        purpose, _, channel = permission.partition(":")
        grant(member_id=person.pk, purpose=purpose, channel=channel, text_version=VERSION, source="test", now=now)
    return person
