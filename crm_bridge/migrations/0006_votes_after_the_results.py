"""What a vote was for is learnt once its contest shows counts: what was learnt earlier goes, profiles are made anew.

The relay tells of the votes that counted, and these are learnt from again.
"""

from datetime import UTC, datetime

from django.db import migrations

LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)


def forget(apps, schema_editor):
    signals = apps.get_model("crm_bridge", "Signal").objects.filter(source="vote")
    profiles = apps.get_model("crm_bridge", "Profile").objects.filter(member_id__in=signals.values("member_id"))
    profiles.update(computed_at=LONG_AGO)  # the relay's next round works them out and has them indexed
    signals.delete()


class Migration(migrations.Migration):

    dependencies = [("crm_bridge", "0005_files_read")]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
