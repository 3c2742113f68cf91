"""A minimum weight: whoever is listed has it, and nobody who has it is left out."""

import json
from io import StringIO

import pytest
from django.core.management import call_command

from community.kernel.api import now
from crm_bridge.mirror import services
from tests.people import member, permit
from tests.relay import drain
from tests.vocabulary import load_words

WEIGHTS = (0.1, 1.94, 1.96, 1.98, 2.0, 2.02, 5.1, 6.4, 6.42, 9.98, 10)
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _people():
    load_words()
    for number, weight in enumerate(WEIGHTS):
        person = permit(member(f"person{number}"), "profiling:onsite", "product_news:email")
        services.add(member=person, term="camping", now=now())
        services.correct(member=person, keyword="camping", weight=weight, now=now())
    drain()


def weights(line):
    out = StringIO()
    call_command("audience", line, format="json", stdout=out)
    return [person["interests"][0]["weight"] for person in json.loads(out.getvalue())["members"]]


def test_a_minimum_is_as_exact_as_the_weights_that_are_printed():
    for least in (0, 0.05, 0.11, 1.95, 1.96, 1.97, 2, 2.001, 2.5, 6.41, 9.99, 10):
        assert weights(f"interest:camping>={least}") == sorted((one for one in WEIGHTS if one >= least), reverse=True)


def test_a_weight_is_kept_in_the_steps_it_is_asked_for_in():
    person = permit(member("between"), "profiling:onsite", "product_news:email")
    services.add(member=person, term="camping", now=now())
    services.correct(member=person, keyword="camping", weight=3.333, now=now())
    drain()
    assert weights("between") == [3.34]
    assert (weights("interest:camping>=3.34 between"), weights("interest:camping>=3.341 between")) == ([3.34], [])
