"""The index on the member alone goes: the one by member and time finds the same."""

from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [("crm_bridge", "0009_indexes_by_member")]

    operations = [migrations.AlterField("accessentry", "member_id", models.BigIntegerField())]
