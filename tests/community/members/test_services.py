import json
from pathlib import Path

import pytest
from django.core.exceptions import ValidationError
from django.db import connection

from community.consent.api import permits_of
from community.kernel.api import Invalid, NotAllowed
from community.kernel.models import OutboxEvent
from community.members.api import (
    Newcomer,
    Role,
    cards,
    change_space,
    declare_keywords,
    erase_member,
    has_role,
    import_members,
    members_named,
    namesakes,
    register,
    require_role,
)
from community.members.models import Member
from community.members.names import clean_username, skeleton
from tests.people import THEN, member, permit, staff

pytestmark = pytest.mark.django_db
HOSTILE = Path(__file__).parents[4] / "shared" / "data" / "hostile"


@pytest.mark.parametrize(
    "name", ["a", "x" * 31, "admin", "Adm1n", "аdmin", "客服", "Norling", "诺岭", "a b", "-ab", "123", "a@b"]
)
def test_names_that_are_refused(name):
    with pytest.raises(ValidationError):
        clean_username(name)


@pytest.mark.parametrize("name", ["林予安", "tomasz-wrona", "ingrid_s", "大象123", "Zoë"])
def test_names_that_are_fine(name):
    assert clean_username(name) == name


@pytest.mark.parametrize("lookalike", ["Maja", "mаja", "m-a-j-a", "ｍａｊａ", "maja_"])
def test_a_lookalike_of_a_member_is_refused(lookalike):
    member("maja")
    with pytest.raises((Invalid, ValidationError)):
        register(username=lookalike, email="other@example.org", password=None, now=THEN)
    assert Member.objects.count() == 1


@pytest.mark.data
def test_unicode_lookalikes_of_staff_have_one_skeleton():
    table = json.loads((HOSTILE / "unicode-confusables.json").read_text())
    assert table
    assert skeleton("аdmіn") == skeleton("admin")


def test_an_address_belongs_to_one_member_in_any_case():
    member("maja")
    with pytest.raises(Invalid):
        register(username="other", email="MAJA@example.org", password=None, now=THEN)


def test_members_are_imported_in_the_same_statements_however_many(django_assert_num_queries):
    for count in (1, 3):
        names = [f"{count}-{n}" for n in range(count)]
        # Members, facts, marks, the ends of a savepoint; on PostgreSQL the lock of their facts.
        with django_assert_num_queries(6 if connection.vendor == "postgresql" else 5):
            members = import_members([Newcomer(username=name, joined_at=THEN) for name in names])
        assert [member.username for member in members] == names
        assert not any(member.has_usable_password() for member in members)
    assert set(OutboxEvent.objects.values_list("name", "occurred_at")) == {("members.member.joined", THEN)}


def test_an_imported_member_may_look_like_another_and_keeps_that(now):
    one, two = import_members(
        [Newcomer(username="l1", joined_at=THEN), Newcomer(username="11", joined_at=THEN, beside=True)]
    )
    change_space(member=two, name="Two", about="", language="en", now=now)
    assert namesakes(["I1"]) == {"I1": {"l1": one.pk}}
    assert namesakes(["11"]) == {"11": {"l1": one.pk, "11": two.pk}}
    assert members_named(["11", "I1", "nobody"]) == {"11": two.pk, "I1": one.pk}
    erase_member(member=two, now=now)
    assert members_named(["11"]) == {"11": one.pk}


def test_keywords_are_kept_once_and_at_most_twenty(now):
    person = member()
    assert declare_keywords(member=person, keywords=[" roof  rack", "roof rack", "行李架", ""], now=now) == [
        "roof rack",
        "行李架",
    ]
    with pytest.raises(Invalid):
        declare_keywords(member=person, keywords=[str(n) for n in range(21)], now=now)
    assert person.declared_keywords.count() == 2


def test_roles(django_assert_num_queries):
    person, marketer = member(), Member.objects.get(pk=staff(Role.MARKETER).pk)
    assert not has_role(person, Role.MARKETER)
    with django_assert_num_queries(1):
        assert has_role(marketer, Role.MARKETER)
        assert not has_role(marketer, Role.MODERATOR)
    with pytest.raises(NotAllowed):
        require_role(person, Role.MARKETER)


def test_erasing_leaves_nothing_that_leads_to_the_person(now):
    person = permit(member("maja", name="Maja Lindqvist"), "profiling:onsite")
    declare_keywords(member=person, keywords=["ski"], now=now)
    erase_member(member=person, now=now)
    erase_member(member=person, now=now)
    erased = Member.objects.get(pk=person.pk)
    assert (erased.email, erased.name, erased.about, erased.is_active) == (None, "", "", False)
    assert "maja" not in erased.username
    assert permits_of(person.pk) == frozenset()
    assert list(OutboxEvent.objects.values_list("name", flat=True)) == ["members.member.erased"]
    assert members_named(["maja"]) == {}
    assert cards([person.pk])[person.pk].erased


@pytest.mark.parametrize("people", [1, 3])
def test_cards_cost_two_queries(people, django_assert_num_queries):
    ids = [member().pk for _ in range(people)]
    with django_assert_num_queries(2):
        assert len(cards(ids)) == people
