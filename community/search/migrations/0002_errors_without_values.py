"""What was kept of refused documents no longer quotes what they held."""

from django.db import migrations


def cut(apps, schema_editor):
    """Older versions kept the value after a colon."""
    FailedDocument = apps.get_model("community_search", "FailedDocument")
    for failed in FailedDocument.objects.filter(error__contains=":").iterator():
        FailedDocument.objects.filter(pk=failed.pk).update(error=failed.error.partition(":")[0])


class Migration(migrations.Migration):

    dependencies = [("community_search", "0001_initial")]

    operations = [migrations.RunPython(cut, migrations.RunPython.noop)]
