"""The picture of an idea that was set aside is shown to whom the idea is shown to."""

import pytest
from django.test import Client

from community.members.api import Role
from ideas.services import bring_back, set_aside, submit_idea
from tests.contests import SUBMISSION, contest
from tests.forums.places import picture
from tests.people import member, staff

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return submit_idea(
        author=member("maja"), contest=contest(), title="A box", source="Dry", picture=picture(), now=SUBMISSION
    )


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


def test_the_picture_is_the_authors_and_the_managers_until_the_idea_comes_back(client, made):
    boss = staff(Role.BRAND_MANAGER, "boss")
    author, others = signed_in(made.author), [client, signed_in(member()), signed_in(staff(Role.MODERATOR))]
    address = made.picture.url
    set_aside(actor=boss, idea=made, reason="Twice here", now=SUBMISSION)
    for allowed in (author, signed_in(boss)):
        answer = allowed.get(address)
        assert (answer.status_code, "no-store" in answer["Cache-Control"]) == (200, True)
    assert [other.get(address).status_code for other in others] == [404, 404, 404]
    bring_back(actor=boss, idea=made, now=SUBMISSION)
    assert [other.get(address).status_code for other in others] == [200, 200, 200]


def test_other_pictures_and_other_addresses_are_not_limited(client, made):
    assert client.get(made.picture.url).status_code == 200
    assert client.get("/media/ideas/2026/09/a%00b.webp").status_code == 404
