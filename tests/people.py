"""Members for tests."""

from datetime import UTC, datetime
from itertools import count

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


def permit(person: Member, *permissions: str, now: datetime = THEN) -> Member:
    """Say yes to each ``purpose:channel``."""
    for permission in permissions:
        purpose, _, channel = permission.partition(":")
        grant(member_id=person.pk, purpose=purpose, channel=channel, text_version=VERSION, source="test", now=now)
    return person
