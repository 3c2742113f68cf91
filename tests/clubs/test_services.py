"""Founding, joining, leaving; member counts that are always right."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser

from clubs.counts import member_differences, repair_members
from clubs.models import Club, MemberRole, Membership
from clubs.queries import members_of
from clubs.services import ensure_club, join_club, leave_club, set_role
from community.kernel.api import Invalid
from community.kernel.models import OutboxEvent
from community.members.api import erase_member
from community.search.api import search_content
from community.search.models import Mark
from tests.people import THEN, member
from tests.relay import drain

pytestmark = pytest.mark.django_db


def club(slug: str = "estate", **values) -> Club:
    return ensure_club(slug=slug, title_en="Estate Club", title_zh="旅行车俱乐部", now=THEN, **values)


def count(slug: str = "estate") -> int:
    return Club.objects.get(slug=slug).member_count


def test_the_same_slug_again_is_the_same_club():
    first, again = club(), club(about_en="Other words")
    assert (first.pk, Club.objects.get().about_en) == (again.pk, "")


def test_joining_twice_makes_one_member_and_one_fact():
    found, person = club(models=["Tour"], keywords=["roof rack"]), member()
    assert [join_club(member=person, club=found, now=THEN) for _ in range(2)] == [True, False]
    assert (count(), Membership.objects.count()) == (1, 1)
    payloads = [event.payload for event in OutboxEvent.objects.filter(name="clubs.club.joined")]
    assert payloads == [
        {
            "club_id": found.pk,
            "slug": "estate",
            "kind": "brand",
            "title": "Estate Club",
            "keywords": ["Tour", "roof rack"],
        }
    ]


def test_who_joins_the_club_of_a_brand_with_many_models_is_not_interested_in_each():
    join_club(member=member(), club=club(models=["A", "B", "C", "D"], keywords=["Acme"]), now=THEN)
    assert OutboxEvent.objects.get(name="clubs.club.joined").payload["keywords"] == ["Acme"]


def test_a_role_is_a_fact_once():
    found, ada, ida = club(), member("ada"), member("ida")
    join_club(member=ada, club=found, now=THEN)
    join_club(member=ida, club=found, role=MemberRole.LEADER, now=THEN)
    roles = (MemberRole.HOST, MemberRole.HOST, MemberRole.MEMBER)
    assert [set_role(member=ada, club=found, role=role, now=THEN) for role in roles] == [True, False, True]
    with pytest.raises(Invalid):
        set_role(member=member("wen"), club=found, role=MemberRole.HOST, now=THEN)
    given = OutboxEvent.objects.filter(name="clubs.role.given").order_by("pk")
    assert [(event.member_id, event.payload) for event in given] == [
        (who.pk, {"club_id": found.pk, "slug": "estate", "role": role})
        for who, role in ((ida, "leader"), (ada, "host"), (ada, "member"))
    ]


def test_leaving_twice_leaves_once():
    found, person, stays = club(), member(), member()
    join_club(member=person, club=found, now=THEN)
    join_club(member=stays, club=found, now=THEN)
    assert [leave_club(member=person, club=found, now=THEN) for _ in range(2)] == [True, False]
    assert (count(), list(Membership.objects.values_list("member_id", flat=True))) == (1, [stays.pk])
    assert OutboxEvent.objects.filter(name="clubs.club.left").count() == 1


def test_an_erased_member_leaves_every_club_and_the_counts_follow():
    one, two, person, stays = club("one"), club("two"), member(), member()
    for found in (one, two):
        join_club(member=person, club=found, now=THEN)
        join_club(member=stays, club=found, now=THEN)
    erase_member(member=person, now=THEN)
    assert (count("one"), count("two"), member_differences()) == (1, 1, [])


def marked() -> list[str]:
    return list(
        Mark.objects.filter(index="content", document_id__startswith="club:").values_list("document_id", flat=True)
    )


def liveliest() -> list[str]:
    drain()
    found = search_content("estate", viewer=AnonymousUser(), kinds=["club"], sort="lively")
    return [hit.found.url for hit in found.hits]


def test_the_liveliest_clubs_are_those_with_the_most_members_now():
    one, two, person = club("one"), club("two"), member()
    urls = [found.get_absolute_url() for found in (one, two)]
    for stays in (member(), member()):
        join_club(member=stays, club=one, now=THEN)
        join_club(member=stays, club=two, now=THEN)
    join_club(member=person, club=two, now=THEN)
    assert liveliest() == urls[::-1]
    leave_club(member=person, club=two, now=THEN)
    join_club(member=person, club=one, now=THEN)
    assert liveliest() == urls
    join_club(member=member(), club=two, now=THEN)
    erase_member(member=person, now=THEN)
    assert liveliest() == urls[::-1]


def test_each_join_and_leaving_is_told_to_the_index_once():
    found, other, person = club(), club("other"), member()
    drain()
    for _ in range(2):
        join_club(member=person, club=found, now=THEN)
    assert marked() == [f"club:{found.pk}"]
    drain()
    for _ in range(2):
        leave_club(member=person, club=found, now=THEN)
    assert marked() == [f"club:{found.pk}"]
    for place in (found, other):
        join_club(member=person, club=place, now=THEN)
    drain()
    erase_member(member=person, now=THEN)
    assert sorted(marked()) == sorted([f"club:{found.pk}", f"club:{other.pk}"])


def test_the_members_list_begins_with_leaders_then_hosts():
    found = club()
    for name, role in [("mia", "member"), ("leo", "leader"), ("han", "host"), ("max", "member")]:
        join_club(member=member(name), club=found, role=role, now=THEN)
    assert [row.member.username for row in members_of(found)] == ["leo", "han", "mia", "max"]


def test_a_wrong_count_is_named_and_repaired():
    found, right = club(), club("right")
    join_club(member=member(), club=found, now=THEN)
    Club.objects.exclude(pk=right.pk).update(member_count=9)
    Mark.objects.all().delete()
    assert member_differences() == ["club estate"]
    repair_members()
    assert (count(), member_differences()) == (1, [])
    assert marked() == [f"club:{found.pk}"]  # of how lively it is
