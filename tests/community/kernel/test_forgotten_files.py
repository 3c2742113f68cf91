"""A file that has to go goes, also when the process ends between the commit and its removal."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import FileSystemStorage, default_storage
from django.db import connection, transaction
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from community.kernel.api import Conflict, Gone, forget_files, now, store_file
from community.kernel.files import LATE, NAMED, remove_left_files
from community.kernel.models import ForgottenFile
from community.kernel.registry import rounds
from community.members.api import Member, erase_member
from forums.models import Upload
from forums.services import store_picture
from ideas.services import edit_idea, submit_idea
from tests.contests import VOTING, contest, idea
from tests.forums.places import picture
from tests.killed import killed_at
from tests.people import member

pytestmark = pytest.mark.django_db


def stored(name="uploads/car.webp"):
    return default_storage.save(name, ContentFile(b"body"))


def age(by=LATE + timedelta(seconds=1)):
    ForgottenFile.objects.update(at=now() - by)


def waiting():
    return list(ForgottenFile.objects.values_list("name", flat=True))


def test_a_file_goes_at_the_commit_and_nothing_is_left_to_do(
    django_assert_num_queries, django_capture_on_commit_callbacks
):
    one, other = stored(), stored()
    with django_assert_num_queries(2), django_capture_on_commit_callbacks(execute=True):
        forget_files([one, None, "", other, one])
        assert default_storage.exists(one)
    assert not default_storage.exists(one) and not default_storage.exists(other)
    assert waiting() == []


def test_nothing_to_forget_asks_nothing(django_assert_num_queries):
    with django_assert_num_queries(0):
        forget_files([None, ""])


def test_without_the_commit_it_stays():
    name = stored()
    with transaction.atomic():
        forget_files([name])
        transaction.set_rollback(True)
    age()
    assert (remove_left_files(), default_storage.exists(name), waiting()) == (0, True, [])


def test_what_a_process_did_not_come_to_remove_goes_a_minute_later():
    zelda = member("zelda")
    name = store_picture(member=zelda, file=picture(), now=now()).file.name
    erase_member(member=zelda, now=now())  # its process ends here: what it was to do after the commit is not done
    assert (remove_left_files(), default_storage.exists(name), waiting()) == (0, True, [name])
    age()
    assert (remove_left_files(), default_storage.exists(name), waiting()) == (1, False, [])
    assert remove_left_files() == 0


@pytest.mark.parametrize("folder", ["posts", "ideas", "avatar_images"])
def test_what_is_left_for_a_while_is_sent_to_nobody(client, folder):
    name = stored(f"{folder}/car.webp")
    assert client.get(f"/media/{name}").status_code == 200
    forget_files([name])
    assert (default_storage.exists(name), client.get(f"/media/{name}").status_code) == (True, 404)


def test_whether_a_picture_has_to_go_is_one_question_by_its_name_which_has_an_index(client):
    with CaptureQueriesContext(connection) as asked:
        client.get(f"/media/{stored('posts/car.webp')}")
    table = ForgottenFile._meta.db_table
    wheres = [query["sql"].partition(" WHERE ")[2] for query in asked if table in query["sql"]]
    assert [where.partition(" = ")[0] for where in wheres] == [f'"{table}"."name"']
    with connection.cursor() as cursor:
        found = connection.introspection.get_constraints(cursor, table).values()
    assert ["name"] in [one["columns"] for one in found if one["index"]]


def test_a_process_that_ended_after_the_removal_leaves_only_the_note():
    name = stored()
    forget_files([name])
    default_storage.delete(name)
    age()
    assert (remove_left_files(), waiting()) == (1, [])


def test_a_file_that_cannot_be_removed_is_tried_again_and_keeps_no_other(
    monkeypatch, caplog, django_capture_on_commit_callbacks
):
    stuck, other, delete = stored(), stored(), default_storage.delete

    def refused(name):
        if name == stuck:
            raise PermissionError
        delete(name)

    with monkeypatch.context() as patch, django_capture_on_commit_callbacks(execute=True):
        patch.setattr(type(default_storage._wrapped), "delete", lambda _storage, name: refused(name))
        forget_files([stuck, other])
    assert (default_storage.exists(other), waiting()) == (False, [stuck])
    assert caplog.messages == ["an uploaded file could not be removed"]
    age()
    assert (remove_left_files(), default_storage.exists(stuck)) == (1, False)


def test_a_name_that_is_taken_is_given_to_no_other_file():
    name = stored()
    assert stored(name) != name


def new(content=b"new"):
    return store_file("posts/%Y/", ContentFile(content), ending=".webp")


def test_a_new_file_stays_once_a_row_that_names_it_is_committed(django_assert_num_queries):
    with django_assert_num_queries(2), transaction.atomic(savepoint=False):
        kept = new().keep()
    age(NAMED + LATE)
    assert (remove_left_files(), default_storage.exists(kept), waiting()) == (0, True, [])


def test_a_new_file_that_nothing_came_to_name_goes_an_hour_later():
    left = new()
    with transaction.atomic():
        left.keep()
        transaction.set_rollback(True)
    assert waiting() == [left.name]
    ForgottenFile.objects.update(at=F("at") - NAMED)
    assert (remove_left_files(), default_storage.exists(left.name)) == (0, True)
    ForgottenFile.objects.update(at=F("at") - LATE)
    assert (remove_left_files(), default_storage.exists(left.name), waiting()) == (1, False, [])


def refused_upload():
    zelda = member("zelda")
    erase_member(member=Member.objects.get(pk=zelda.pk), now=now())
    with pytest.raises(Gone):
        store_picture(member=zelda, file=picture(), now=now())


def refused_idea():
    with pytest.raises(Conflict):
        submit_idea(author=member(), contest=contest(), title="A", source="B", picture=picture(), now=VOTING)


def refused_edit():
    made = idea(contest())
    with pytest.raises(Conflict):
        edit_idea(author=made.author, idea=made, title="A", source="B", picture=picture(), now=VOTING)


@pytest.mark.parametrize("act", [refused_upload, refused_idea, refused_edit], ids=lambda act: act.__name__)
def test_the_picture_of_a_refused_act_goes(act):
    act()
    [name] = waiting()
    assert default_storage.exists(name)
    age(NAMED)
    assert (remove_left_files(), default_storage.exists(name), waiting()) == (1, False, [])


STEPS = [
    ("community.kernel.files.default_storage.save", "before", False),
    ("community.kernel.files.default_storage.save", "after", True),
    ("forums.services.pictures.lock_present_member", "after", True),
    ("forums.models.Upload.save", "after", True),
]


@pytest.mark.services
@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(("step", "when", "written"), STEPS)
def test_a_process_killed_while_it_takes_a_picture_leaves_none(step, when, written, settings, tmp_path):
    storage = FileSystemStorage(tmp_path)
    on_disk = {"BACKEND": "django.core.files.storage.FileSystemStorage", "OPTIONS": {"location": tmp_path}}
    settings.STORAGES = settings.STORAGES | {"default": on_disk}
    maja = member()
    killed_at(step, lambda: store_picture(member=maja, file=picture(), now=now()), when=when)
    [name] = waiting()
    assert (storage.exists(name), Upload.objects.exists()) == (written, False)
    assert remove_left_files() == 0
    age(NAMED)
    assert (remove_left_files(), storage.exists(name), waiting()) == (1, False, [])


def test_the_relay_does_it():
    assert remove_left_files in [getattr(one, "__wrapped__", None) for one in rounds()]
