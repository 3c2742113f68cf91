#!/usr/bin/env python
"""Django's command line for Paddock."""

import os
import sys

from django.core.exceptions import ImproperlyConfigured
from django.core.management import execute_from_command_line
from django.db import DatabaseError

from community.kernel.command_line import why_it_cannot_run
from community.settings.env import keep_private

if __name__ == "__main__":
    keep_private()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings.dev")
    try:
        execute_from_command_line(sys.argv)
    except (ImproperlyConfigured, DatabaseError) as error:
        command = next(iter(sys.argv[1:]), "")
        why = "" if "--traceback" in sys.argv else why_it_cannot_run(error, command=command)
        if not why:
            raise
        sys.exit(f"Paddock cannot run as it is set up. {why}")
