#!/usr/bin/env bash
# Collects translatable strings into locale/zh_Hans; --check fails where one is missing, fuzzy or untranslated. Needs gettext.
set -euo pipefail
cd "$(dirname "$0")/.."
export DJANGO_SETTINGS_MODULE=community.settings.test
catalogue=locale/zh_Hans/LC_MESSAGES/django.po
before=$(mktemp)
trap 'rm -f "$before"' EXIT
cp "$catalogue" "$before"
.venv/bin/python manage.py makemessages -l zh_Hans --no-location --no-obsolete --no-wrap -v 0 \
  -i '.venv' -i 'var' -i 'tests' -i 'bench' -i '.cache' -i '.services'
msgattrib --no-wrap --sort-output --no-obsolete -o "$catalogue" "$catalogue"
sed -i "/^\"POT-Creation-Date/d" "$catalogue"  # the day of the run says nothing and differs every time
missing=$( { msgattrib --no-wrap --untranslated "$catalogue"; msgattrib --no-wrap --only-fuzzy "$catalogue"; } | grep -c '^msgid "[^"]' || true)
echo "$missing strings of $catalogue are untranslated or fuzzy."
if [ "${1:-}" = --check ]; then
  known() { msgattrib --no-wrap "$1" | grep -E '^msg(id|ctxt)' | sort; }
  if ! diff <(known "$before") <(known "$catalogue") >/dev/null; then
    echo "The catalogue lags behind the code: run scripts/messages.sh and translate." >&2
    diff <(known "$before") <(known "$catalogue") | head -20 >&2
    cp "$before" "$catalogue"; exit 1
  fi
  cp "$before" "$catalogue"
  [ "$missing" -eq 0 ] || exit 1
fi
.venv/bin/python scripts/compile_messages.py
