"""A file that has to go goes, also when the process ends between the commit and its removal."""

from datetime import timedelta

import pytest
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import transaction

from community.kernel.api import forget_files, now
from community.kernel.files import LATE, remove_left_files
from community.kernel.models import ForgottenFile
from community.kernel.registry import rounds
from community.members.api import erase_member
from forums.services import store_picture
from tests.forums.places import picture
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


def test_the_relay_does_it():
    assert remove_left_files in [getattr(one, "__wrapped__", None) for one in rounds()]
