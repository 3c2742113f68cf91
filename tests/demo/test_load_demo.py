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


<<<<<<< HEAD
=======
@pytest.mark.serverless  # the demo runs on one machine
def test_the_command_makes_everything_findable_and_says_when_it_is_there(capsys, settings, tmp_path):
    settings.SEARCH_FOLDER = tmp_path
    call_command("load_demo", "--quiet")
    printed = capsys.readouterr()
    assert "122 topics" in printed.out
    assert "keywords" not in printed.out
    assert "Page created" not in printed.err
    assert search_content("roof rack", viewer=AnonymousUser()).total > 5
    assert search_content("行李架", viewer=AnonymousUser()).total > 5
    assert not OutboxEvent.objects.exclude(state="handled").exists()
    lines = Notification.objects.filter(recipient__username="maja-lindqvist")
    read = lines.exclude(read_at=None)
    assert read.count() > 3
    assert all(line.at < old.at for line in read for old in lines.filter(read_at=None))
    another = Embedded(index_named("content").schema, tmp_path)  # as the relay that starts next opens it
    another.ensure()  # on servers nothing is here
    assert another.put([Doc("topic:0", 10**9, None)]).errors == {}
    another.close()
    call_command("load_demo", "--quiet")
    assert "nothing was changed" in capsys.readouterr().out


>>>>>>> h2
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
