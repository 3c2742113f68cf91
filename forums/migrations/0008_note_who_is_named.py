"""Note whom the posts name that are here already."""

from itertools import islice

from django.db import migrations
from django.db.models import Q

from community.kernel.markup import names_in, read
from community.members.api import skeleton

BATCH = 500


def note(apps, schema_editor):
    Post, Revision = apps.get_model("forums", "Post"), apps.get_model("forums", "PostRevision")
    speaking = Q(source__contains="@") | Q(source__contains="](/posts/")
    texts = Post.objects.filter(speaking).values_list("pk", "source")
    older = Revision.objects.filter(speaking).values_list("post_id", "source")
    titles = Post.objects.filter(number=1, topic__title__contains="@").values_list("pk", "topic__title")
    for rows in (texts, older, titles):
        rest = rows.order_by("pk").iterator(chunk_size=BATCH)
        while batch := list(islice(rest, BATCH)):
            _note_batch(apps, batch)


def _note_batch(apps, batch):
    Post, Reference = apps.get_model("forums", "Post"), apps.get_model("forums", "Reference")
    texts = [(pk, read(text), names_in(text)) for pk, text in batch]
    people = _people(apps, {name for _pk, parsed, names in texts for name in (*parsed.named, *names)})
    cited = {post for _pk, parsed, _names in texts for post in parsed.cited}
    authors = dict(Post.objects.filter(pk__in=cited, author__erased_at=None).values_list("pk", "author_id"))
    found = {
        (pk, member_id)
        for pk, parsed, names in texts
        for member_id in (
            *(people.get(name) for name in (*parsed.named, *names)),
            *(authors.get(post) for post in parsed.cited),
        )
        if member_id
    }
    rows = [Reference(post_id=pk, member_id=member_id) for pk, member_id in sorted(found)]
    Reference.objects.bulk_create(rows, ignore_conflicts=True)


def _people(apps, names):
    Member = apps.get_model("community_members", "Member")
    looks = {name: skeleton(name) for name in names}
    asked = Q(username__in=looks) | Q(skeleton__in=set(looks.values()))
    rows = list(Member.objects.filter(asked, erased_at=None).values_list("username", "skeleton", "pk"))
    exact = {username: pk for username, _look, pk in rows}
    alike = {look: pk for _username, look, pk in rows}
    return {name: exact.get(name) or alike.get(look) for name, look in looks.items()}


class Migration(migrations.Migration):

    dependencies = [("forums", "0007_who_is_named"), ("community_members", "0002_stricter_looks")]

    operations = [migrations.RunPython(note, migrations.RunPython.noop)]
