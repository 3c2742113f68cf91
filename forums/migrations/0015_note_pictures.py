"""Note which pictures the posts name that are here already."""

from itertools import islice

from django.db import migrations

from community.kernel.markup import pictures_in

BATCH = 500


def note(apps, schema_editor):
    Post, Revision = apps.get_model("forums", "Post"), apps.get_model("forums", "PostRevision")
    texts = Post.objects.filter(source__contains="webp").values_list("pk", "source")
    older = Revision.objects.filter(source__contains="webp").values_list("post_id", "source")
    for rows, present in ((texts, True), (older, False)):
        rest = rows.order_by("pk").iterator(chunk_size=BATCH)
        while batch := list(islice(rest, BATCH)):
            _note_batch(apps, batch, present)


def _note_batch(apps, batch, present):
    Upload, PictureUse = apps.get_model("forums", "Upload"), apps.get_model("forums", "PictureUse")
    named = {(name, pk) for pk, source in batch for name in pictures_in(source)}
    names = {name for name, _pk in named}
    held = set(Upload.objects.filter(file__in=names).values_list("file", flat=True)) if names else set()
    rows = [PictureUse(name=name, post_id=pk, present=present) for name, pk in sorted(named) if name in held]
    PictureUse.objects.bulk_create(rows, ignore_conflicts=True)  # what a post names now is there before its history


class Migration(migrations.Migration):

    dependencies = [("forums", "0014_pictures_by_name")]

    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
