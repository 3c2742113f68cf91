"""Marks of erased members were worked out from their number and the site's key; random ones take their place."""

from secrets import token_hex

from django.db import migrations

BATCH = 500


def mark_at_random(apps, schema_editor):
    """One random mark in the place of each, so that it still says which entries are one person's."""
    Entry = apps.get_model("community_consent", "PermissionEntry")
    marks = {}
    old = Entry.objects.exclude(erased_mark="").order_by("pk").values_list("pk", "erased_mark")
    rows = [Entry(pk=pk, erased_mark=marks.setdefault(mark, token_hex(16))) for pk, mark in old.iterator()]
    Entry.objects.bulk_update(rows, ["erased_mark"], batch_size=BATCH)


class Migration(migrations.Migration):

    dependencies = [("community_consent", "0002_email_without_a_hyphen")]

    operations = [migrations.RunPython(mark_at_random, migrations.RunPython.noop)]
