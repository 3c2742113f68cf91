"""Whose place it is, and what it says about privacy, on every way in."""

import pytest
from django.urls import reverse

from community.members.api import Role
from tests.people import member, staff

pytestmark = pytest.mark.django_db


def test_the_editors_area_bears_the_brands_name(client):
    client.force_login(staff(Role.BRAND_MANAGER))
    text = client.get("/cms/").content.decode()
    assert "Norling Paddock" in text and "img/mark.svg" in text
    assert "- Wagtail</title>" not in text


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_privacy_in_plain_words_is_for_guests_too(client, django_assert_num_queries, language):
    client.cookies["django_language"] = language
    with django_assert_num_queries(0):
        response = client.get(reverse("members:privacy"))
    text = response.content.decode()
    assert response.status_code == 200
    assert text.count("<details") == 6
    assert reverse("members:privacy") in client.get("/account/login/").content.decode()


def test_a_phone_leads_the_brands_people_to_the_workbench(client):
    for person, leads in ((member(), 0), (staff(Role.MARKETER), 2)):
        client.force_login(person)
        text = client.get(reverse("members:privacy")).content.decode()
        assert text.count(f'href="{reverse("crm:workbench")}"') == leads
