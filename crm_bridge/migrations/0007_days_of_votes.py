"""Votes count from the day of their results: profiles of those who voted are worked out anew, at once."""

from django.db import migrations
from django.utils import timezone


def work_out_anew(apps, schema_editor):
    """The relay works out what is due, some profiles at a time, and has it indexed."""
    voters = apps.get_model("crm_bridge", "Signal").objects.filter(source="vote").values("member_id")
    apps.get_model("crm_bridge", "Profile").objects.filter(member_id__in=voters).update(due_at=timezone.now())


class Migration(migrations.Migration):

    dependencies = [("crm_bridge", "0006_secret_votes")]

    operations = [migrations.RunPython(work_out_anew, migrations.RunPython.noop)]
