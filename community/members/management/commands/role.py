"""``manage.py role``: who is one of the brand's people."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from community.members.enums import Role
from community.members.models import Member
from community.members.services import give_role, take_roles

NO_ROLE = "none"


class Command(BaseCommand):
    """Gives a role, takes all roles, or lists who has one."""

    help = "Make a member one of the brand's people, or a member like any other again; alone: list them."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The user name, the role and the title; nothing lists the brand's people."""
        parser.add_argument("member", nargs="?", help="user name")
        parser.add_argument("role", nargs="?", choices=[*Role.values, NO_ROLE])
        parser.add_argument("--title", default="", help="what others read beside the name")
        parser.add_argument("--title-zh", default="", help="the same in Chinese")

    def handle(self, *args: Any, **options: Any) -> None:
        """Give or take a role and print it; without a name, print all. Raises CommandError for an unknown member."""
        if options["member"] is None:
            for person in Member.objects.filter(is_staff=True, erased_at=None).order_by("username"):
                self._show(person)
            return
        member = Member.objects.filter(username=options["member"], erased_at=None).first()
        if member is None:
            raise CommandError("No member has this user name.")
        if options["role"] == NO_ROLE:
            take_roles(member=member)
        elif options["role"]:
            titles = {key: options[key] or getattr(member, key) for key in ("title", "title_zh")}
            give_role(member=member, role=Role(options["role"]), **titles)
        self._show(member)

    def _show(self, member: Member) -> None:
        roles = sorted(member.groups.filter(name__in=Role.values).values_list("name", flat=True))
        held = [*roles, *(["superuser"] if member.is_superuser else [])]
        self.stdout.write(f"{member.username:<24} {', '.join(held) or NO_ROLE}")
