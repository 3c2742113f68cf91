"""``manage.py rebuild_profiles``: everything known of members, made anew from the kept facts."""

from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand
from tqdm import tqdm

from community.kernel.api import now
from community.members.api import Member
from crm_bridge.profiles.projector import rebuild_profiles


class Command(BaseCommand):
    """Rebuilds all profiles; the site runs on meanwhile."""

    help = "Make all profiles anew from the kept facts: after a change of the vocabulary or of the weights."

    def handle(self, *args: Any, **options: Any) -> None:
        """Rebuild some members at a time."""
        total = 0
        with tqdm(total=Member.objects.count(), unit=" members") as progress:
            for done in rebuild_profiles(now=now()):
                progress.update(done)
                total += done
        self.stdout.write(f"{total} profiles were made anew.")
