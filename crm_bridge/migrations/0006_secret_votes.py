"""What votes taught before their results is the member's alone: profiles are worked out anew, with it told apart."""

from django.db import migrations, models
from django.utils import timezone


class Migration(migrations.Migration):

    dependencies = [("crm_bridge", "0005_files_read")]

    operations = [
        migrations.AddField("profile", "staff_interests", models.JSONField(null=True)),
        migrations.AddField("profile", "due_at", models.DateTimeField(default=timezone.now), preserve_default=False),
        migrations.AddIndex("profile", models.Index(fields=["due_at"], name="profile_due")),
    ]
