"""How lively topics and replies are, as a search in that order has it."""

import pytest

from community.kernel.api import now
from community.search.api import Query, query
from forums.services import react
from tests.forums.places import reply, topic
from tests.people import member
from tests.relay import drain

pytestmark = pytest.mark.django_db


def liveliest() -> list[str]:
    drain()
    return query("content", Query(words=("carrier",), sort="-popularity")).ids


def test_the_liveliest_replies_are_the_most_useful_ones_now():
    opened = topic()
    answers = [reply(opened, source=f"A steel carrier, {number}.") for number in range(3)]
    names = [f"post:{answer.pk}" for answer in answers]
    for answer, fans in zip(answers, (1, 2, 0), strict=True):
        for _ in range(fans):
            react(member=member(), post=answer, kind="useful", now=now())
    assert liveliest() == [names[number] for number in (1, 0, 2)]
    for _ in range(3):
        react(member=member(), post=answers[2], kind="useful", now=now())
    assert liveliest() == [names[number] for number in (2, 1, 0)]
