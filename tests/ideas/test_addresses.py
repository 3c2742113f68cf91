"""An idea has one address: under any other it leads there, and only for those who may see it."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from ideas.models import Idea
from tests.contests import SUBMISSION, begin, contest, idea

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    found = contest()
    made = idea(found, title="A wet box")
    begin(found, "voting")
    return made


@pytest.mark.parametrize(
    ("asked", "rest"), [("", ""), ("something/", ""), ("A-Wet-Box/", ""), ("idea/", "?from=mail"), ("", "?a=1&a=%2F")]
)
def test_a_wrong_slug_leads_to_the_right_one_for_good(client, made, asked, rest):
    answer = client.get(f"/ideas/{made.pk}/{asked}{rest}")
    assert (answer.status_code, answer["Location"]) == (301, f"/ideas/{made.pk}/a-wet-box/{rest}")
    assert "no-store" in answer["Cache-Control"]  # a title changed there and back leads in no circle
    assert client.get(answer["Location"]).status_code == 200


def test_an_idea_names_its_one_address(client, made):
    page = client.get(f"{made.get_absolute_url()}?from=mail").content.decode()
    assert f'<link rel="canonical" href="/ideas/{made.pk}/a-wet-box/">' in page


@pytest.mark.parametrize("title", ["防水的后备箱垫", "Ａ box", "…", "x" * 59 + " y z", "Ünter\u0301m Deckel", "İ"])
def test_whatever_the_title_the_address_leads_to_no_other(client, made, title):
    Idea.objects.filter(pk=made.pk).update(title=title)
    made.refresh_from_db()
    assert client.get(made.get_absolute_url()).status_code == 200
    assert client.get(f"/ideas/{made.pk}/a-wet-box/")["Location"] == made.get_absolute_url()


def test_an_address_with_an_earlier_title_leads_to_the_later_one(client, made):
    before = made.get_absolute_url()
    Idea.objects.filter(pk=made.pk).update(title="后备箱")
    assert client.get(before)["Location"] == f"/ideas/{made.pk}/{quote('后备箱')}/"


@pytest.mark.parametrize("gone", ["withdrawn_at", "set_aside_at"])
def test_a_wrong_slug_tells_no_title_of_an_idea_that_is_not_shown(client, made, gone):
    Idea.objects.filter(pk=made.pk).update(**{gone: SUBMISSION})
    assert client.get(f"/ideas/{made.pk}/").status_code == 404
    assert client.get(f"/ideas/{made.pk}/something/").status_code == 404


def test_a_wrong_slug_costs_two_queries(client, made, django_assert_num_queries):
    with django_assert_num_queries(2):  # the idea with its contest, phases
        client.get(f"/ideas/{made.pk}/something/")
