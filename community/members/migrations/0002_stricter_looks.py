"""Names are compared more strictly: every member's skeleton anew."""

from django.db import migrations

from community.members.lookalikes import skeleton, skeleton_beside

BATCH = 1000


def compare_anew(apps, schema_editor):
    """Of members who look alike now the first keeps the skeleton, the others a mark behind it, as imported members have."""
    Member = apps.get_model("community_members", "Member")
    taken, changed = set(), []
    for member in Member.objects.only("pk", "username", "skeleton").order_by("pk").iterator():
        look = skeleton(member.username)
        look = skeleton_beside(member.username) if look in taken else look
        taken.add(look)
        if look != member.skeleton:
            changed.append((member.pk, look))
    # Two steps: a new skeleton may be another one's old.
    for form in (lambda pk, look: f" {pk}", lambda pk, look: look):
        for start in range(0, len(changed), BATCH):
            rows = [Member(pk=pk, skeleton=form(pk, look)) for pk, look in changed[start : start + BATCH]]
            Member.objects.bulk_update(rows, ["skeleton"])


class Migration(migrations.Migration):

    dependencies = [("community_members", "0001_initial")]

    operations = [migrations.RunPython(compare_anew, migrations.RunPython.noop)]
