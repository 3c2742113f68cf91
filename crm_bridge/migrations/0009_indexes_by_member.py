"""What is kept of a member is found by an index; both are made while the tables are in use."""

from django.db import migrations, models

INDEXES = {
    "termsighting": models.Index(fields=["member_id"], name="sighting_member"),
    "accessentry": models.Index(fields=["member_id", "-at"], name="access_member"),
}


def drop(apps, schema_editor):
    for index in INDEXES.values():
        aside = "CONCURRENTLY " if schema_editor.connection.vendor == "postgresql" else ""
        schema_editor.execute(f"DROP INDEX {aside}IF EXISTS {index.name}")


def make(apps, schema_editor):
    drop(apps, schema_editor)  # one that was broken off is of no use
    aside = {"concurrently": True} if schema_editor.connection.vendor == "postgresql" else {}
    for name, index in INDEXES.items():
        schema_editor.add_index(apps.get_model("crm_bridge", name), index, **aside)


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("crm_bridge", "0008_looks_counted")]

    operations = [
        migrations.SeparateDatabaseAndState(
            [migrations.RunPython(make, drop)],
            [migrations.AddIndex(name, index) for name, index in INDEXES.items()],
        )
    ]
