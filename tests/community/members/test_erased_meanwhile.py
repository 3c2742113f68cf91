"""What somebody sends while their account is being erased is not done, whichever comes first."""

from __future__ import annotations

from functools import partial

import pytest
from django.db import connection

from clubs.models import Membership
from clubs.services import found_club, join_club
from community.consent.api import VERSION, grant, pause
from community.consent.models import Pause, Permission
from community.kernel.api import Gone, NotAllowed, now
from community.kernel.models import OutboxEvent
from community.members.api import CarEntry, Member, Role, change_space, declare_keywords, erase_member, set_garage
from community.members.models import Car, DeclaredKeyword
from forums.models import Post, Reaction, Upload
from forums.services import edit_post, open_topic, react, store_picture, write_post
from ideas.models import Idea, Vote
from ideas.services import cast_vote, submit_idea
from tests.contests import SUBMISSION, VOTING, contest, idea
from tests.forums.places import board, picture, reply, topic
from tests.people import THEN, member, staff
from tests.threads import at_once

pytestmark = pytest.mark.django_db(transaction=True)

SECRET = "I live in the yellow house"


def asked(person):
    """A contest of its own."""
    return contest(f"contest-{person.pk}", actor=staff(Role.BRAND_MANAGER, f"asks{person.pk}x"))


def write(person):
    return partial(write_post, author=person, topic=topic(), source=SECRET, now=now())


def open_one(person):
    return partial(open_topic, author=person, board=board(), title=SECRET, source=SECRET, now=now())


def edit(person):
    return partial(edit_post, editor=person, post=reply(topic(), author=person), source=SECRET, now=now())


def answer(person):
    return partial(react, member=person, post=reply(topic()), kind="useful", now=now())


def invent(person):
    return partial(submit_idea, author=person, contest=asked(person), title=SECRET, source=SECRET, now=SUBMISSION)


def vote(person):
    return partial(cast_vote, voter=person, idea=idea(asked(person)), now=VOTING)


def join(person):
    club = found_club(slug=f"club-{person.pk}", title_en="Club", title_zh="车友会", now=THEN)
    return partial(join_club, member=person, club=club, now=now())


def tell(person):
    return partial(change_space, member=person, name="Lea", about=SECRET, language="en", now=now())


def say(person):
    return partial(declare_keywords, member=person, keywords=["yellow house"], now=now())


def park(person):
    return partial(set_garage, member=person, cars=[CarEntry("Norling", "4 Touring", 2023)], now=now())


def allow(person):
    values = {"purpose": "offers", "channel": "email", "text_version": VERSION, "source": "test"}
    return partial(grant, member_id=person.pk, **values, now=now())


def rest(person):
    return partial(pause, member_id=person.pk, until=now(), now=now())


def show(person):
    return lambda: store_picture(member=person, file=picture(), now=now())


ACTS = [write, open_one, edit, answer, invent, vote, join, tell, say, park, allow, rest, show]


def left_of(person: Member) -> list[object]:
    """What is kept that only somebody who is here may have."""
    kept = Member.objects.get(pk=person.pk)
    mine = [
        *(Membership.objects.filter(member=person), Permission.objects.filter(member_id=person.pk)),
        *(Car.objects.filter(member=person), DeclaredKeyword.objects.filter(member=person)),
        *(Pause.objects.filter(member_id=person.pk), Reaction.objects.filter(member=person)),
        *(Upload.objects.filter(member=person), Vote.objects.filter(voter=person)),
        OutboxEvent.objects.filter(member_id=person.pk).exclude(name="members.member.erased"),
    ]
    return [*(row for rows in mine for row in rows), *(value for value in (kept.name, kept.about) if value)]


@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_what_comes_after_the_erasure_is_not_done(act):
    person = member("leaver")
    do = act(person)
    erase_member(member=Member.objects.get(pk=person.pk), now=now())
    texts = (Post.objects.count(), Idea.objects.count(), Upload.objects.count())
    with pytest.raises((Gone, NotAllowed)):
        do()
    assert left_of(person) == []
    assert (Post.objects.count(), Idea.objects.count(), Upload.objects.count()) == texts
    assert not Post.objects.filter(author=person, source=SECRET).exists()


@pytest.mark.services
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_at_the_same_moment_nothing_stays_and_nobody_is_in_the_way(act):
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")
    for _time in range(4):
        person = member()
        do = act(person)
        erase = partial(erase_member, member=person, now=now())
        failed = at_once([do, do, erase, do, do])
        assert set(failed) <= {"Gone", "NotAllowed"}, failed
        assert Member.objects.get(pk=person.pk).erased_at
        assert left_of(person) == []
