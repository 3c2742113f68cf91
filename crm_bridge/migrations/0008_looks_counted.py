"""Who is counted among few people can read so: one more kind of look."""

from django.db import migrations, models

KINDS = [
    ("listed", "saw you in a list"),
    ("counted", "counted you among few people"),
    ("viewed", "opened your page"),
    ("exported", "exported your name"),
    ("file", "read your whole file"),
]


class Migration(migrations.Migration):

    dependencies = [("crm_bridge", "0007_days_of_votes")]

    operations = [migrations.AlterField("accessentry", "kind", models.CharField(max_length=10, choices=KINDS))]
