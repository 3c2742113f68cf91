"""What a contest is called, until somebody has voted."""

import re

import pytest
from django.test import Client

from community.kernel.api import Conflict, Invalid, NotAllowed, Outdated
from community.members.api import Role
from ideas.models import Contest
from ideas.services import retitle_contest
from tests.contests import VOTING, begin, contest, idea, votes
from tests.people import member, staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


@pytest.fixture
def boss():
    return staff(Role.BRAND_MANAGER, "boss")


@pytest.fixture
def found(boss):
    return contest(actor=boss)


def titles():
    return Contest.objects.values_list("title_en", "title_zh").get()


def retitle(found, actor, title_en="A tidy trunk", title_zh="整齐的后备箱", **more):
    return retitle_contest(actor=actor, contest=found, title_en=title_en, title_zh=title_zh, now=VOTING, **more)


def test_a_contest_is_called_otherwise_until_the_first_vote(found, boss):
    handed_in, began = idea(found), found.version
    sequence = Contest.objects.get().sequence
    for _ in range(2):
        retitle(found, boss, based_on=began)
    assert (titles(), Contest.objects.get().sequence) == (("A tidy trunk", "整齐的后备箱"), sequence + 1)
    votes(handed_in, 1)
    retitle(found, boss)
    with pytest.raises(Conflict):
        retitle(found, boss, title_en="Another")
    assert titles() == ("A tidy trunk", "整齐的后备箱")


@pytest.mark.parametrize("role", [Role.MODERATOR, Role.SERVICE_AGENT, Role.MARKETER, None])
def test_nobody_else_does(found, role):
    with pytest.raises(NotAllowed):
        retitle(found, staff(role) if role else member())
    assert titles() == (found.title_en, found.title_zh)


@pytest.mark.parametrize(("named", "field"), [({"title_en": " "}, "title_en"), ({"title_zh": "x" * 161}, "title_zh")])
def test_what_is_no_title_is_refused(found, boss, named, field):
    with pytest.raises(Invalid) as refused:
        retitle(found, boss, **named)
    assert (refused.value.field, titles()) == (field, (found.title_en, found.title_zh))


def test_a_title_changed_meanwhile_is_not_written_over(found, boss):
    began = found.version
    retitle(found, boss, based_on=began)
    with pytest.raises(Outdated):
        retitle(found, boss, title_en="Another", based_on=began)
    assert titles() == ("A tidy trunk", "整齐的后备箱")


def test_the_desk_changes_it_and_pages_follow(found, boss):
    begin(found, "submission")
    client = Client()
    client.force_login(boss)
    desk = f"/workbench/contests/{found.slug}/"
    version = re.search(r'name="version" value="([^"]*)"', client.get(desk).content.decode())[1]
    sent = {"title_en": "A tidy trunk", "title_zh": "整齐的后备箱", "version": version}
    assert client.post(f"{desk}titles/", sent)["Location"] == desk
    for address in ("/ideas/", f"/contests/{found.slug}/", "/workbench/contests/"):
        html = (
            Client().get(address).content.decode()
            if "workbench" not in address
            else client.get(address).content.decode()
        )
        assert ("A tidy trunk" in html, found.title_en in html) == (True, False), address
    late = client.post(f"{desk}titles/", sent | {"title_en": "Another"})
    assert (late.status_code, titles()[0]) == (409, "A tidy trunk")
    assert "<dd>A tidy trunk</dd>" in late.content.decode() and 'value="Another"' in late.content.decode()
    refused = client.post(f"{desk}titles/", sent | {"title_en": ""})
    assert (refused.status_code, f'name="version" value="{version}"' in refused.content.decode()) == (422, True)


def test_the_desk_offers_no_new_title_after_the_first_vote(found, boss):
    votes(idea(found), 1)
    client = Client()
    client.force_login(boss)
    desk = f"/workbench/contests/{found.slug}/"
    assert "titles/" not in client.get(desk).content.decode()
    sent = {"title_en": "Another", "title_zh": "另一个", "version": found.version}
    assert client.post(f"{desk}titles/", sent).status_code == 409
    assert titles() == (found.title_en, found.title_zh)
