#!/usr/bin/env python
"""Django's command line for Paddock."""

import os
import sys

from django.core.management import execute_from_command_line

from community.settings.env import keep_private

if __name__ == "__main__":
    keep_private()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "community.settings.dev")
    execute_from_command_line(sys.argv)
