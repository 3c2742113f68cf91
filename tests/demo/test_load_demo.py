from io import BytesIO, TextIOWrapper

import pytest
from django.core.management import call_command
from django.core.management.base import CommandError

from community.kernel.models import OutboxEvent
from community.members.api import Member
from demo.loading.load import is_loaded, load
from forums.api import Topic
from tests.people import member

pytestmark = pytest.mark.django_db


def test_an_interrupted_load_leaves_nothing(now):
    Member.objects.create_user("linyuan")  # somebody took the name: loading stops in the middle
    with pytest.raises(Exception, match="linyuan"):
        load(now=now, show=False)
    assert not is_loaded()
    assert (Member.objects.count(), Topic.objects.count(), OutboxEvent.objects.count()) == (1, 0, 0)


def test_a_pipe_is_told_that_it_is_loading():
    Member.objects.create_user("linyuan", is_staff=True)  # loading stops in the middle
    pipe = TextIOWrapper(BytesIO())
    with pytest.raises(Exception, match="linyuan"):
        call_command("load_demo", "--quiet", stdout=pipe)
    assert pipe.buffer.getvalue() == b"Loading the demo community, once:\n"


def test_the_demo_does_not_go_among_people_who_are_there():
    member("maja")
    with pytest.raises(CommandError, match="has members already"):
        call_command("load_demo", "--quiet")
    assert not is_loaded()
