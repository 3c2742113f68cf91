"""``manage.py load_demo``: the demo community, loaded once and kept."""

from __future__ import annotations

from argparse import ArgumentParser
from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connection

from community.kernel.api import now
from community.members.api import Member
from community.search.api import close_engines
from demo.loading.habits import read_inboxes
from demo.loading.load import is_loaded, load


class Command(BaseCommand):
    """Loads the demo community; again it changes nothing."""

    help = "Load the demo community: made-up people and a few weeks of their conversations."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Whether to show how far it is."""
        parser.add_argument("--quiet", action="store_true", help="no progress bars")

    def handle(self, *args: Any, **options: Any) -> None:
        """Load, then deliver everything so that it can be found."""
        if is_loaded():
            self.stdout.write("The demo community is here already; nothing was changed.")
            return
        if Member.objects.filter(is_staff=False).exists():
            raise CommandError(
                f"The database {connection.settings_dict['NAME']} has members already: the demo community goes into an "
                "empty one. Without DATABASE_URL the demo has one of its own."
            )
        self.stdout.write("Loading the demo community, once:")
        self.stdout.flush()  # before minutes of work, also into a pipe or a file
        try:
            at = now()
            size = load(now=at, show=not options["quiet"])
        except KeyboardInterrupt as error:
            raise CommandError("Stopped. Nothing was loaded.") from error
        call_command("relay", "--drain", stdout=self.stdout)
        read_inboxes(now=at)
        close_engines()  # the embedded index has one writer: the relay that is started next
        self.stdout.write(
            f"{size.members} people, {size.clubs} clubs, {size.boards} boards, {size.topics} topics, "
            f"{size.posts} posts, {size.contests} contests, {size.ideas} ideas, {size.votes} votes."
        )
