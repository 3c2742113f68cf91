from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('clubs', '0002_model_facts'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='membership',
            name='membership_member',
        ),
    ]
