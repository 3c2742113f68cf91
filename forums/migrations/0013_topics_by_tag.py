from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

# Of PostgreSQL only, and made while the forum is in use; SQLite has no such index.
MAKE = "CREATE INDEX CONCURRENTLY IF NOT EXISTS forums_topic_tags ON forums_topic USING gin (tags jsonb_path_ops)"
DROP = "DROP INDEX CONCURRENTLY IF EXISTS forums_topic_tags"


def _run(statement):
    def act(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(statement)

    return act


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ('forums', '0012_board_readers'),
    ]

    operations = [
        migrations.RunPython(_run(DROP), migrations.RunPython.noop),  # one that was broken off is of no use
        migrations.RunPython(_run(MAKE), _run(DROP)),
    ]
