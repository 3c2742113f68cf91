"""``manage.py explain MEMBER``: everything kept of one member, as the member sees it."""

from __future__ import annotations

import contextlib
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from community.members.api import Member
from crm_bridge.mirror.explain import as_json, as_text


class Command(BaseCommand):
    """Prints a member's file."""

    help = "Print everything that is kept of a member: the same document the member downloads."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Who, and in which form."""
        parser.add_argument("member", help="user name or public id")
        parser.add_argument("--format", choices=("text", "json"), default="text")

    def handle(self, *args: Any, **options: Any) -> None:
        """Find the member and print."""
        member = _member(options["member"])
        if member is None:
            raise CommandError("No member has this user name or public id.")
        self.stdout.write(as_json(member) if options["format"] == "json" else as_text(member), ending="")


def _member(given: str) -> Member | None:
    wanted = Q(username=given)
    with contextlib.suppress(ValueError):
        wanted |= Q(public_id=uuid.UUID(given))
    return Member.objects.filter(wanted).first()
