import pytest
from django.core.management import call_command

from community.kernel.models import OutboxEvent
from community.members.api import Member
from demo.loading.load import is_loaded, load
from forums.api import Topic

pytestmark = pytest.mark.django_db


def test_the_command_makes_everything_findable_and_says_when_it_is_there(capsys):
    call_command("load_demo", "--quiet")
    assert "122 topics" in capsys.readouterr().out
    assert not OutboxEvent.objects.exclude(state="handled").exists()
    call_command("load_demo", "--quiet")
    assert "nothing was changed" in capsys.readouterr().out


def test_an_interrupted_load_leaves_nothing(now):
    Member.objects.create_user("linyuan")  # somebody took the name: loading stops in the middle
    with pytest.raises(Exception, match="linyuan"):
        load(now=now, show=False)
    assert not is_loaded()
    assert (Member.objects.count(), Topic.objects.count(), OutboxEvent.objects.count()) == (1, 0, 0)
