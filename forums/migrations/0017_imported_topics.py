from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

KINDS = ("Posts", "Comments")  # as what the first post of a topic is noted: of a dump, of a table


def mark_imported(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    taken_over = apps.get_model("forums", "Imported").objects.filter(kind__in=KINDS)
    first = apps.get_model("forums", "Post").objects.filter(number=1, pk__in=taken_over.values("local_id"))
    apps.get_model("forums", "Topic").objects.filter(pk__in=first.values("topic")).update(imported=True)


class Migration(migrations.Migration):

    dependencies = [
        ('forums', '0016_boards_without_parents'),
    ]

    operations = [
        migrations.AddField(
            model_name='topic',
            name='imported',
            field=models.BooleanField(default=False),
        ),
        migrations.RunPython(mark_imported, migrations.RunPython.noop),
        migrations.AddIndex(
            model_name='topic',
            index=models.Index(condition=models.Q(('closed', False), ('deleted_at', None), ('imported', False), ('post_count', 1)), fields=['opened_at'], name='topic_waiting'),
        ),
    ]
