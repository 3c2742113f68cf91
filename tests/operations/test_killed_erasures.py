"""An erasure, a file or an export killed in the middle: nothing is half gone, and doing it again is enough."""

from __future__ import annotations

import io
import json
from datetime import timedelta
from pathlib import Path

import pytest
from django.apps import apps
from django.core.files.storage import FileSystemStorage
from django.core.management import call_command
from django.core.serializers.json import DjangoJSONEncoder
from django.test import Client

from community.kernel.api import now
from community.kernel.files import LATE, remove_left_files
from community.kernel.models import ForgottenFile
from community.members.api import Member, Role, erase_member
from community.search.drift import drift
from crm_bridge.audience.line import parse
from crm_bridge.console.export import export
from crm_bridge.mirror.explain import as_json
from crm_bridge.models import AccessEntry
from forums.models import Topic
from forums.services import store_picture
from ideas.services import submit_idea
from tests.contests import SUBMISSION, contest
from tests.forums.places import picture, reply, topic
from tests.killed import killed_at
from tests.people import member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

LINE = "interest:roof-rack permit:product_news:email"


@pytest.fixture
def storage(settings, tmp_path):
    """Uploads on the disk, which another process has too."""
    on_disk = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"default": on_disk}
    return FileSystemStorage(tmp_path)


def writer(name: str) -> Member:
    """Somebody who wrote of roof racks and may be written to."""
    person = permit(member(name, name=name.title()), "profiling:onsite", "product_news:email")
    topic(author=person, title="Which roof rack?", now=now())
    return person


@pytest.fixture
def zelda(storage):
    """Somebody with a picture, who is known and named in a title, a text and an idea."""
    load_words()
    person = writer("zelda")
    upload = store_picture(member=person, file=picture(), now=now())
    opened = topic(author=member("ben"), title="Ask @zelda")
    reply(opened, author=person, source=f"![mine]({upload.file.url})")
    reply(opened, author=member("cy"), source="Well, @zelda")
    submit_idea(author=member("di"), contest=contest(), title="As @zelda said", source="Racks", now=SUBMISSION)
    drain()
    return person


def kept() -> str:
    """Every row of every table."""
    models = [model for model in apps.get_models() if model._meta.managed]
    rows = {model._meta.label: list(model._default_manager.order_by("pk").values()) for model in models}
    return json.dumps(rows, cls=DjangoJSONEncoder, ensure_ascii=False)


def erase(person: Member) -> None:
    erase_member(member=Member.objects.get(pk=person.pk), now=now())


def test_a_file_and_an_erasure_killed_in_the_middle_never_were(zelda, storage):
    before, file = kept(), as_json(zelda)
    killed_at("crm_bridge.mirror.explain._facts", lambda: as_json(zelda))
    killed_at("community.members.erasure.publish", lambda: erase(zelda), when="before")  # all is done but the commit
    assert (kept() == before, as_json(zelda) == file, len(pictures(storage))) == (True, True, 1)
    erase(zelda)
    drain()
    nothing_is_left(storage)


def nothing_is_left(storage: FileSystemStorage) -> None:
    """Neither her name nor her picture is kept anywhere, nor found."""
    assert "zelda" not in kept().lower()
    assert pictures(storage) == []
    assert [drift(index) for index in ("content", "audience")] == [([], [], []), ([], [], [])]


def pictures(storage: FileSystemStorage) -> list[str]:
    """The pictures on the disk."""
    root = Path(storage.location)
    return sorted(str(path.relative_to(root)) for path in root.rglob("*.webp"))


def test_of_an_erasure_killed_before_its_pictures_went_nothing_can_be_reached(zelda, storage, client):
    [name] = pictures(storage)
    at_home, address = Client(), f"/media/{name}"
    at_home.force_login(zelda)
    assert (client.get(address).status_code, at_home.get("/me/knows/").status_code) == (200, 200)
    killed_at("community.kernel.files._remove", lambda: erase(zelda), when="before")
    assert pictures(storage) == [name]  # until the relay removes it
    assert client.get(address).status_code == 404
    for person in (staff(Role.MODERATOR), member()):
        client.force_login(person)
        assert client.get(address).status_code == 404
    assert at_home.get("/me/knows/").status_code == 302
    assert client.get("/members/zelda/").status_code == 404
    for page in ("/search/?q=rack", *(one.get_absolute_url() for one in Topic.objects.all())):
        answer = client.get(page, follow=True)
        assert (answer.status_code, "zelda" in answer.content.decode().lower()) == (200, False), page
    erase(zelda)
    ForgottenFile.objects.update(at=now() - LATE - timedelta(seconds=1))  # a minute later
    assert remove_left_files() == 1
    drain()
    nothing_is_left(storage)


def test_a_repetition_of_erasures_that_was_killed_is_run_again(zelda, storage, tmp_path):
    people = [writer(name) for name in ("zelda-b", "zelda-c")]
    drain()
    path = tmp_path / "list"
    path.write_text("".join(f"{one.pk} {(now() + timedelta(hours=1)).isoformat()}\n" for one in (zelda, *people)))
    killed_at("community.members.erasure_list.erase_member", lambda: call_command("erasures", "repeat", path), times=2)
    assert Member.objects.exclude(erased_at=None).count() == 2
    out = io.StringIO()
    call_command("erasures", "repeat", path, stdout=out)
    assert out.getvalue() == "Erased again: 1. Still erased: 2. Not here: 0.\n"
    drain()
    nothing_is_left(storage)


def test_whoever_is_in_an_export_that_was_killed_may_leave_before_the_next(zelda):
    marketer, ada = staff(Role.MARKETER), writer("ada")
    drain()

    def take() -> str:
        return export(parse(LINE), actor=marketer, now=now())

    looked = AccessEntry.objects.order_by("member_id").values_list("member_id", flat=True)
    killed_at("crm_bridge.console.export.record", take)
    assert list(looked.all()) == []
    killed_at("crm_bridge.console.export._csv", take, when="before", times=3)  # the headings, after two people
    assert list(looked.all()) == [zelda.pk, ada.pk]  # written down before anything leaves
    erase(zelda)
    names = [row.split(",")[0] for row in take().splitlines()[1:]]
    assert (names, list(looked.all())) == (["ada"], [ada.pk] * 2)
