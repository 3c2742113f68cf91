"""Who is listed and counted when somebody becomes one of the brand's people or is deactivated."""

import pytest
from django.core.management import call_command

from community.kernel.api import now
from community.members.api import Role, change_space, give_role
from crm_bridge.audience.line import parse
from crm_bridge.audience.services import audience
from tests.people import member, permit
from tests.relay import drain

pytestmark = pytest.mark.django_db


def camper(number):
    person = member(f"camper{number}")
    change_space(member=person, name="", about="Camping.", language="en", now=now())
    return person


def found(line="camping"):
    answer = audience(parse(line), now=now())
    return answer.total, answer.counted_only


def test_new_people_of_the_brand_are_neither_listed_nor_counted_until_they_have_no_role():
    quiet, loud = [camper(number) for number in range(20)], permit(camper(20), "product_news:email")
    drain()
    assert found() == (1, 20)
    for person in (*quiet[:11], loud):
        give_role(member=person, role=Role.MODERATOR)
    drain()
    assert found() == (0, None)
    for person in (*quiet[:11], loud):
        call_command("role", person.username, "none")
    drain()
    assert found() == (1, 20)


def test_who_was_deactivated_is_not_listed_from_that_moment_nor_counted_with_the_next_delivery():
    quiet, loud = [camper(number) for number in range(10)], permit(camper(10), "product_news:email")
    drain()
    assert found("camping permit:offers:email") == (0, 10)
    for person in (*quiet, loud):
        person.is_active = False
        person.save()
    assert found() == (0, 10)
    drain()
    assert found("camping permit:offers:email") == (0, None)
    loud.is_active = True
    loud.save(update_fields=["is_active"])
    drain()
    assert found() == (1, None)
