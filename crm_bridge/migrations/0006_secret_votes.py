"""What votes taught before their results is the member's alone: profiles are worked out anew, with it told apart."""

from django.db import migrations, models
from django.utils import timezone

BATCH = 1000


def hide_votes(apps, schema_editor):
    """Until they are worked out anew the brand has no interests of those who voted."""
    voters = apps.get_model("crm_bridge", "Signal").objects.filter(source="vote").values("member_id")
    profiles = apps.get_model("crm_bridge", "Profile").objects.filter(member_id__in=voters)
    profiles.update(staff_interests=[])
    Mark = apps.get_model("community_search", "Mark")
    marks = (Mark(index="audience", document_id=str(pk)) for pk in profiles.values_list("member_id", flat=True))
    Mark.objects.bulk_create(marks, batch_size=BATCH)


class Migration(migrations.Migration):

    dependencies = [("crm_bridge", "0005_files_read"), ("community_search", "0001_initial")]

    operations = [
        migrations.AddField("profile", "staff_interests", models.JSONField(null=True)),
        migrations.AddField("profile", "due_at", models.DateTimeField(default=timezone.now), preserve_default=False),
        migrations.RunPython(hide_votes, migrations.RunPython.noop),
        migrations.AddIndex("profile", models.Index(fields=["due_at"], name="profile_due")),
    ]
