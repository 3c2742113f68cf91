"""``manage.py club_role``: who leads and hosts a club or circle."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError

from clubs.models import Club, MemberRole
from clubs.services import set_role
from community.kernel.api import PaddockError, now
from community.members.api import Member


class Command(BaseCommand):
    """Gives somebody in a club a role there, or takes it."""

    help = "Have somebody lead or host a club or circle they have joined, or be a member of it like any other."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """The address of a club, the user name of a member, and the role they are to have."""
        parser.add_argument("slug", help="the club's address: /clubs/SLUG/")
        parser.add_argument("member", help="user name")
        parser.add_argument("role", choices=MemberRole.values)

    def handle(self, *args: Any, **options: Any) -> None:
        """Give a member of a club the role and print it. Raises CommandError for an unknown club or member."""
        club = Club.objects.filter(slug=options["slug"]).first()
        if club is None:
            raise CommandError("No club has this address.")
        member = Member.objects.filter(username=options["member"], erased_at=None).first()
        if member is None:
            raise CommandError("No member has this user name.")
        role = MemberRole(options["role"])
        try:
            set_role(member=member, club=club, role=role, now=now())
        except PaddockError as error:
            raise CommandError(error.message) from error
        self.stdout.write(f"/clubs/{club.slug}/: {member.username} is {role.value}.")
