"""An index for "the oldest fact that waits", and kept errors that quote nothing anybody wrote."""

from django.db import migrations, models


def cut(apps, schema_editor):
    """Older versions kept an error's text after its type and a colon."""
    OutboxEvent = apps.get_model("community_kernel", "OutboxEvent")
    quoting = OutboxEvent.objects.filter(error__contains=": ").exclude(error__startswith="cannot be read: ")
    for event in quoting.only("error").iterator():
        OutboxEvent.objects.filter(pk=event.pk).update(error=event.error.partition(": ")[0])


class Migration(migrations.Migration):

    dependencies = [("community_kernel", "0003_files_to_be_named")]

    operations = [
        migrations.AddIndex(
            model_name="outboxevent",
            index=models.Index(condition=models.Q(state="pending"), fields=["id"], name="outbox_pending_oldest"),
        ),
        migrations.RunPython(cut, migrations.RunPython.noop),
    ]
