"""From imports to the audience search: people are found by what they wrote about elsewhere."""

from itertools import islice

import pytest
from django.core.management import call_command

from bench.comments_f1 import compared, held_out, import_comments, labelled, listed
from community.kernel.api import now
from community.members.api import Member
from crm_bridge.audience.line import parse
from crm_bridge.audience.services import audience, everyone
from tests.forums.importers.dumps import load, write_dump
from tests.relay import drain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _words():
    call_command("load_vocabulary", verbosity=0)


@pytest.mark.serverless
@pytest.mark.data
def test_the_audience_search_by_subject_finds_who_wrote_about_it(tmp_path):
    unseen = ((key, comment) for key, comment in labelled().items() if held_out(key))
    comments = dict(islice(unseen, 250))
    import_comments(comments, tmp_path)
    drain()
    assert set(Member.objects.values_list("username", flat=True)) == set(comments)
    found = listed(comments)
    score = compared([(comment, found.get(key, set())) for key, comment in comments.items()])[""]
    assert score.f1 >= 0.7
    assert score.right + score.missed >= 250


def test_people_of_a_dump_are_found_by_what_they_wrote_about(tmp_path):
    load(write_dump(tmp_path), grant_all_for_demo=True)
    drain()
    asked = parse("interest:行李架")
    assert [person.member.username for person in audience(asked, now=now()).people] == ["Ann-Lee-1"]
    assert list(everyone(asked, now=now())) == [Member.objects.get(username="Ann-Lee-1").pk]
    assert list(everyone(parse("interest:露营"), now=now())) == []


def test_people_of_a_dump_who_permitted_nothing_are_not_found(tmp_path):
    load(write_dump(tmp_path))
    drain()
    assert list(everyone(parse("interest:行李架"), now=now())) == []
