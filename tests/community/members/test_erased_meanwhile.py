"""What somebody sends while their account is being erased is not done, whichever comes first."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

import pytest
from allauth.account.models import EmailAddress
from allauth.usersessions.models import UserSession
from django.db import connection

from clubs.models import Membership
from clubs.services import ensure_club, join_club
from community.consent.api import VERSION, grant, pause
from community.consent.models import Pause, Permission
from community.inbox.models import MutedKind, Notification
from community.inbox.services import set_muted, set_wanted
from community.kernel.api import Gone, NotAllowed, now
from community.kernel.models import OutboxEvent
from community.kernel.registry import rounds
from community.members.api import (
    CarEntry,
    Member,
    Role,
    change_space,
    declare_keywords,
    erase_member,
    give_role,
    set_garage,
)
from community.members.models import Car, DeclaredKeyword
from community.members.receivers import LONGEST_REQUEST, erase_later
from community.members.services import choose_language
from community.pages.models import HiddenItem
from community.pages.services import hide_item
from crm_bridge.console.access import record
from crm_bridge.models import AccessEntry, Profile, Signal
from crm_bridge.models.console import AccessKind
from forums.models import BoardRead, Post, Reaction, ReadState, Upload
from forums.services import edit_post, mark_board_read, mark_read, open_topic, react, store_picture, write_post
from ideas.models import Idea, Vote
from ideas.services import cast_vote, submit_idea
from tests.contests import SUBMISSION, VOTING, contest, idea
from tests.forums.places import board, picture, reply, topic
from tests.people import THEN, member, staff
from tests.relay import drain
from tests.threads import at_once, ever, no_locks

pytestmark = pytest.mark.django_db(transaction=True)

TIMES = 20
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
    club = ensure_club(slug=f"club-{person.pk}", title_en="Club", title_zh="车友会", now=THEN)
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


def mute(person):
    return partial(set_muted, member_id=person.pk, kind="forums.reply", muted=True)


def choose(person):
    return partial(set_wanted, member_id=person.pk, kinds=["forums.reply"])


def hide(person):
    return partial(hide_item, member=person, key="topic:1", now=now())


def catch_up(person):
    return partial(mark_board_read, reader=person, board=board(), now=now())


def speak(person):
    return partial(choose_language, member=person, language="zh-hans")


def lock_up(person):
    """As allauth changes a password: with all that was read of the member before."""
    person.set_password("battery staple")
    return person.save


def rise(person):
    return partial(give_role, member=person, role=Role.MODERATOR, title="Keeper")


ACTS = [write, open_one, edit, answer, invent, vote, join, tell, say, park, allow, rest, show]
QUIET = [mute, choose, hide, catch_up, speak, lock_up, rise]  # those that publish no fact


def left_of(person: Member) -> list[object]:
    """What is kept that only somebody who is here may have."""
    kept = Member.objects.get(pk=person.pk)
    mine = [
        *(Membership.objects.filter(member=person), Permission.objects.filter(member_id=person.pk)),
        *(Car.objects.filter(member=person), DeclaredKeyword.objects.filter(member=person)),
        *(Pause.objects.filter(member_id=person.pk), Reaction.objects.filter(member=person)),
        *(Upload.objects.filter(member=person), Vote.objects.filter(voter=person)),
        *(MutedKind.objects.filter(member=person), HiddenItem.objects.filter(member=person)),
        *(BoardRead.objects.filter(member=person), ReadState.objects.filter(member=person)),
        *(Notification.objects.filter(recipient=person), AccessEntry.objects.filter(member_id=person.pk)),
        *(UserSession.objects.filter(user=person), EmailAddress.objects.filter(user=person)),
        *(Profile.objects.filter(member_id=person.pk), Signal.objects.filter(member_id=person.pk)),
        OutboxEvent.objects.filter(member_id=person.pk).exclude(name="members.member.erased"),
    ]
    said = [kept.name, kept.about, kept.title, kept.email, kept.language.removeprefix("en"), kept.has_usable_password()]
    return [*(row for rows in mine for row in rows), *(value for value in said if value), *kept.groups.all()]


@pytest.mark.parametrize("act", [*ACTS, *QUIET], ids=lambda act: act.__name__)
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


needs_a_race = pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has one writer")


@pytest.mark.services
@needs_a_race
@pytest.mark.parametrize("act", ACTS, ids=lambda act: act.__name__)
def test_at_the_same_moment_nothing_stays_and_nobody_is_in_the_way(act):
    for _time in range(4):
        person = member()
        do = act(person)
        erase = partial(erase_member, member=person, now=now())
        failed = at_once([do, do, erase, do, do])
        assert set(failed) <= {"Gone", "NotAllowed"}, failed
        assert Member.objects.get(pk=person.pk).erased_at
        assert left_of(person) == []


def left_after(act: Callable[[Member], Callable[[], object]]) -> list[object]:
    """What is left when somebody does a thing again and again while they are erased."""
    person = member()
    do = act(person)

    def again_and_again() -> None:
        for _time in range(TIMES):
            do()

    again = [again_and_again] * 2
    failed = at_once([*again, partial(erase_member, member=person, now=now()), *again])
    assert set(failed) <= {"Gone"}, failed
    return left_of(person)


@pytest.mark.services
@needs_a_race
@pytest.mark.parametrize("act", QUIET, ids=lambda act: act.__name__)
def test_what_publishes_no_fact_waits_for_the_erasure_too(act):
    for _time in range(4):
        assert left_after(act) == []


@pytest.mark.services
@needs_a_race
@pytest.mark.parametrize("act", [choose, lock_up], ids=lambda act: act.__name__)
def test_control_without_being_held_a_member_comes_back(act):
    def comes_back() -> bool:
        with no_locks():
            return bool(left_after(act))

    assert ever(comes_back)


def read_on(person):
    """A page whose reader was there when it was begun."""
    return partial(mark_read, reader=person, topic=topic(), number=1, now=now())


def sign_in(person):
    values = {"session_key": f"key{person.pk}", "ip": "192.0.2.1", "user_agent": "Browser"}
    return partial(UserSession.objects.get_or_create, user=person, defaults=values)


def give_address(person):
    return partial(EmailAddress.objects.get_or_create, user=person, email=f"later{person.pk}@example.org")


def hear(person):
    """A relay that looked before the erasure."""
    values = {"kind": "forums.reply", "subject": "topic:1", "last_event_id": 1, "at": now()}
    return partial(Notification.objects.get_or_create, recipient=person, defaults=values)


def be_seen(person):
    return partial(record, [person.pk], actor=None, kind=AccessKind.VIEWED, now=now())


def be_known(person):
    return partial(Profile.objects.get_or_create, member_id=person.pk, defaults={"computed_at": now(), "due_at": now()})


LATE = [read_on, sign_in, give_address, hear, be_seen, be_known]


@pytest.mark.parametrize("act", LATE, ids=lambda act: act.__name__)
def test_what_waits_for_nobody_goes_when_the_erasure_is_delivered_and_within_an_hour(act):
    person = member()
    do = act(person)
    erase_member(member=Member.objects.get(pk=person.pk), now=now())
    do()
    assert left_of(person)
    drain()
    assert left_of(person) == []
    do()
    assert erase_later() == 1
    assert left_of(person) == []


def test_the_hour_is_over_at_some_time(django_assert_num_queries):
    person = member()
    erase_member(member=person, now=now() - LONGEST_REQUEST)
    with django_assert_num_queries(1):
        assert erase_later() == 0
    assert erase_later in [getattr(one, "__wrapped__", None) for one in rounds()]


@pytest.mark.services
@needs_a_race
def test_a_page_read_at_the_same_moment_leaves_nothing_once_the_erasure_is_delivered():
    """Its control is above: what comes after the commit is left until then."""
    for _ in range(8):
        person = member()
        reads = [read_on(person)] * 4
        at_once([*reads, partial(erase_member, member=person, now=now()), *reads])
        drain()
        assert left_of(person) == []
