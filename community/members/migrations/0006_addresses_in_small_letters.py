from django.db import migrations
from django.db.models.functions import Lower


def lower(apps, schema_editor):
    members = apps.get_model('community_members', 'Member').objects.exclude(email=None)
    members.exclude(email=Lower('email')).update(email=Lower('email'))


class Migration(migrations.Migration):

    dependencies = [
        ('community_members', '0005_titles_in_chinese'),
    ]

    operations = [
        migrations.RunPython(lower, migrations.RunPython.noop),
    ]
