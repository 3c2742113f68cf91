"""What the number of those who match and may not be reached tells of them, whatever permission is asked for."""

import pytest
from django.core.management import call_command

from community.consent.api import CONTACT_CHANNELS
from community.kernel.api import now
from community.members.api import Role, change_space, give_role
from crm_bridge.audience.line import parse
from crm_bridge.audience.services import audience, others_in_tens
from tests.people import member, permit
from tests.relay import drain

pytestmark = pytest.mark.django_db(transaction=True)

PERMISSIONS = [f"{purpose}:{channel}" for purpose, channels in CONTACT_CHANNELS.items() for channel in channels]
LISTED = 14


def camper(number):
    person = member(f"camper{number}")
    change_space(member=person, name="", about="Camping.", language="en", now=now())
    return person


def told():
    """The answer to one question by permission: how many are listed, and the count of the others."""
    drain()
    found = [audience(parse(f"camping permit:{one}"), now=now()) for one in PERMISSIONS]
    return [(one.total, one.counted_only) for one in found]


def possible(answers):
    """How many may match in all, for somebody who has every answer and knows how they are made."""
    return [n for n in range(100) if all(n >= total and others_in_tens(n, total) == told for total, told in answers)]


def test_asking_for_every_permission_tells_no_more_than_the_tens_of_all_who_match():
    for number in range(LISTED):  # the first permits everything, each of the others one less
        permit(camper(number), *PERMISSIONS[number:])
    answers = {}
    for matching in range(LISTED, 31):
        answers[matching] = told()
        camper(matching)
    assert [total for total, _told in answers[20]] == [*range(1, LISTED + 1), LISTED]
    for first, last in ((14, 19), (20, 29)):
        assert all(answers[matching] == answers[first] for matching in range(first, last + 1))
        assert possible(answers[first]) == [*range(first, last + 1)]
    assert answers[19] != answers[20] and answers[29] != answers[30]


def test_no_count_of_the_others_is_larger_than_they_are_or_smaller_by_twenty():
    for matching in range(60):
        for listed in range(matching + 1):
            least = others_in_tens(matching, listed) or 0
            assert least % 10 == 0 and least <= matching - listed < least + 20
    assert others_in_tens(12, 25) is None  # who was listed meanwhile


def found(line="camping"):
    answer = audience(parse(line), now=now())
    return answer.total, answer.counted_only


def test_new_people_of_the_brand_are_neither_listed_nor_counted_until_they_have_no_role():
    quiet, loud = [camper(number) for number in range(20)], permit(camper(20), "product_news:email")
    drain()
    assert found() == (1, 10)
    for person in (*quiet[:11], loud):
        give_role(member=person, role=Role.MODERATOR)
    drain()
    assert found() == (0, None)
    for person in (*quiet[:11], loud):
        call_command("role", person.username, "none")
    drain()
    assert found() == (1, 10)


def test_who_was_deactivated_is_not_listed_from_that_moment_nor_counted_with_the_next_delivery():
    quiet, loud = [camper(number) for number in range(10)], permit(camper(10), "product_news:email")
    drain()
    assert found("camping permit:offers:email") == (0, 10)
    for person in (*quiet, loud):
        person.is_active = False
        person.save()
    assert found() == (0, None)
    drain()
    assert found("camping permit:offers:email") == (0, None)
    loud.is_active = True
    loud.save(update_fields=["is_active"])
    drain()
    assert found() == (1, None)
