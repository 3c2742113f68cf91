#!/usr/bin/env bash
# Collects translatable strings into locale/zh_Hans. Needs gettext.
set -euo pipefail
cd "$(dirname "$0")/.."
export DJANGO_SETTINGS_MODULE=community.settings.test
.venv/bin/python manage.py makemessages -l zh_Hans --no-location --no-obsolete --no-wrap -v 0 \
  -i '.venv' -i 'var' -i 'tests' -i 'bench' -i '.cache'
catalogue=locale/zh_Hans/LC_MESSAGES/django.po
msgattrib --no-wrap --sort-output --no-obsolete --clear-fuzzy -o "$catalogue" "$catalogue"
msgattrib --no-wrap --untranslated --no-obsolete "$catalogue" | grep -c '^msgid' | sed 's/$/ untranslated (header counts)/' || true
.venv/bin/python scripts/compile_messages.py
