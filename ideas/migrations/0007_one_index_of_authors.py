from django.db import migrations


class Migration(migrations.Migration):

    dependencies = [
        ('ideas', '0006_set_aside_pictures'),
    ]

    operations = [
        migrations.RemoveIndex(
            model_name='idea',
            name='idea_author',
        ),
    ]
