"""Activity and searches are kept under the profiling permission only: what was kept without it goes."""

from django.db import migrations

TRACES = ["traces.site.searched", "traces.referrer.searched"]
BATCH = 1000


def forget(apps, schema_editor):
    permissions = apps.get_model("community_consent", "Permission").objects.filter(purpose="profiling")
    permitted = permissions.values("member_id")
    apps.get_model("community_kernel", "OutboxEvent").objects.filter(name__in=TRACES).exclude(
        member_id__in=permitted
    ).delete()
    days = apps.get_model("crm_bridge", "ActiveDay").objects
    days.exclude(member_id__in=permitted).delete()
    for member_id, since in permissions.values_list("member_id", "since").iterator():
        days.filter(member_id=member_id, last_at__lt=since).delete()
    profiles = apps.get_model("crm_bridge", "Profile").objects.exclude(member_id__in=permitted)
    profiles.update(last_active_at=None, active_days=0, acts=0)
    Mark = apps.get_model("community_search", "Mark")
    marks = (Mark(index="audience", document_id=str(pk)) for pk in profiles.values_list("member_id", flat=True))
    Mark.objects.bulk_create(marks, batch_size=BATCH)


class Migration(migrations.Migration):

    dependencies = [
        ("crm_bridge", "0003_questions_asked"),
        ("community_consent", "0001_initial"),
        ("community_kernel", "0001_initial"),
        ("community_search", "0001_initial"),
    ]

    operations = [migrations.RunPython(forget, migrations.RunPython.noop)]
