"""``manage.py explain MEMBER``: everything kept of one member, as the member sees it."""

from __future__ import annotations

import contextlib
import uuid
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db.models import Q

from community.kernel.api import now
from community.members.api import Member
from crm_bridge.console.access import record
from crm_bridge.mirror.explain import as_json, as_text
from crm_bridge.models.console import AccessKind


class Command(BaseCommand):
    """Prints a member's file, and leaves a line in it for the member to see."""

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
        file = as_json(member) if options["format"] == "json" else as_text(member)
        if member.erased_at is None:
            record([member.pk], actor=None, kind=AccessKind.FILE, now=now())
        self.stdout.write(file, ending="")


def _member(given: str) -> Member | None:
    wanted = Q(username=given)
    with contextlib.suppress(ValueError):
        wanted |= Q(public_id=uuid.UUID(given))
    return Member.objects.filter(wanted).first()
