from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('ideas', '0005_set_aside'),
    ]

    operations = [
        migrations.AddIndex(
            model_name='idea',
            index=models.Index(condition=models.Q(('set_aside_at__isnull', False)), fields=['picture'], name='idea_aside_picture'),
        ),
    ]
