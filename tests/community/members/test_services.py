import json

import pytest
from django.core.exceptions import ValidationError
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage
from django.db import connection
from wagtail.users.models import UserProfile

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
from community.members.lookalikes import skeleton, skeleton_beside
from community.members.models import Member
from community.members.names import clean_username
from tests.people import THEN, member, permit, staff
from tests.real_data import HOSTILE

pytestmark = pytest.mark.django_db


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


def joins(username, name=""):
    """Whether somebody may take these names."""
    known = Member.objects.count()
    try:
        made = register(username=username, email=f"other{known}@example.org", password=None, name=name, now=THEN)
    except Invalid:
        assert Member.objects.count() == known
        return False
    made.delete()
    return True


FILLERS = ["\u115f", "\u1160", "\u3164", "\uffa0", "\u200b", "\u2060", "\u00ad", "\ufe0f", "\U000e0061"]


@pytest.mark.parametrize("filler", FILLERS)
def test_nothing_invisible_makes_another_name(filler):
    staff(Role.MODERATOR, "nora-berg")
    member("maja", name="Maja")
    for name in ("admin", "nora-berg", "maja", "somebody"):
        assert not joins(name + filler) and not joins(filler + name) and not joins(f"{name[:2]}{filler}{name[2:]}")
    assert not joins("other", f"Nora{filler} Berg")
    assert register(username="other", email="o@example.org", password=None, name=f"Ot{filler}to", now=THEN).name == (
        "Otto"
    )


PASSING_FOR_THE_BRAND = [
    *("rnoderator", "ɴorling", "norling-support", "admin-team", "诺岭客服", "管理员", "管理員", "moclerator", "admin2"),
    *(
        "AdminMaja",
        "小王admin",
        "客服小王",
        "mod",
        "mod-7",
        "help-team",
        "system",
        "Norling Fan",
        "团队官方",
        "оfficial",
    ),
    *("privacy_desk", "诺岭", "n0r1ing", "Paddock", "webmaster1", "офис诺岭", "ѕupport"),
]


@pytest.mark.parametrize("name", PASSING_FOR_THE_BRAND)
def test_nobody_passes_for_the_brand_by_user_name_or_shown_name(name):
    assert not joins(name.replace(" ", "-"))
    assert not joins("somebody", name)
    maja = member("maja", name="Maja")
    with pytest.raises(Invalid) as refused:
        change_space(member=maja, name=name, about="", language="en", now=THEN)
    assert refused.value.field == "name"
    assert Member.objects.get().name == "Maja"
    maja.is_staff = True
    change_space(member=maja, name=name, about="", language="en", now=THEN)
    assert Member.objects.get().name


@pytest.mark.parametrize(
    "name",
    [
        *("stafford", "modern-mike", "helpful", "meadow", "youssef", "clara", "team-oslo", "bernd", "hereford"),
        *("操作系统爱好者", "serviceberry", "大象不跑", "Søren Krogh", "Анна", "山田 花子", "Ἑλένη"),
    ],
)
def test_ordinary_names_are_free(name):
    member("dara")
    assert joins(name.replace(" ", "-"), name)


@pytest.mark.parametrize("lookalike", ["мaja", "maȷa", "rnaja", "mаjа", "ma\u200bja", "Ｍaja", "MAJA", "ᴍaja"])
def test_what_looks_like_a_member_is_refused_and_means_that_member(lookalike):
    maja = member("maja")
    assert not joins(lookalike)
    assert members_named([lookalike]) == {lookalike: maja.pk}


@pytest.mark.parametrize("name", ["Nora Berg", "nora-berg", "NORA  BERG", "Nоrа Berg", "n0ra_berg", "Nora\u1160 Berg"])
def test_nobody_is_shown_as_somebody_of_the_brand(name):
    nora = staff(Role.BRAND_MANAGER, "nora-b")
    change_space(member=nora, name="Nora Berg", about="", language="en", now=THEN)
    henrik = member("henrik", name="Henrik")
    for shown in (name, "Nora-B"):
        assert not joins("somebody", shown)
        with pytest.raises(Invalid):
            change_space(member=henrik, name=shown, about="", language="en", now=THEN)
    assert not joins("nora-berg")
    change_space(member=nora, name="Nora Berg", about="", language="en", now=THEN)
    assert sorted(Member.objects.values_list("name", flat=True)) == ["Henrik", "Nora Berg"]


@pytest.mark.data
def test_no_confusable_letter_makes_a_name_of_the_brand_or_of_a_member():
    table = json.loads((HOSTILE / "unicode-confusables.json").read_text(encoding="utf-8"))
    members = {name: skeleton(name) for name in ("maja-lindqvist", "tomasz-wrona", "kube")}
    tried, passed = 0, []
    for name in ("moderator", "norling", *members):
        for letter in dict.fromkeys(name.replace("-", "")):
            for other in [entry["c"] for entry in table.get(letter, ())]:
                tried, fake = tried + 1, name.replace(letter, other)
                try:
                    passed += [fake] if skeleton(clean_username(fake)) not in members.values() else []
                except ValidationError:
                    continue
    assert tried > 900
    assert passed == []


def test_members_who_were_here_before_a_stricter_comparison_stay_themselves():
    first = member("moderna")
    second = Member(username="rnoderna", skeleton=skeleton_beside("rnoderna"), email=None)
    second.save()
    change_space(member=second, name="Second", about="", language="en", now=THEN)
    assert members_named(["moderna", "rnoderna", "MODERNA"]) == {
        "moderna": first.pk,
        "rnoderna": second.pk,
        "MODERNA": first.pk,
    }


def test_an_address_belongs_to_one_member_in_any_case():
    member("maja")
    with pytest.raises(Invalid):
        register(username="other", email="MAJA@example.org", password=None, now=THEN)


def test_members_are_imported_in_the_same_statements_however_many(django_assert_num_queries):
    for count in (1, 3):
        names = [f"{count}-{n}" for n in range(count)]
        # Members, facts, marks, the ends of a savepoint; on PostgreSQL the lock of their facts.
        with django_assert_num_queries(7 if connection.vendor == "postgresql" else 6):
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


def test_the_picture_of_an_editor_goes_with_the_account(django_capture_on_commit_callbacks):
    person = staff(Role.BRAND_MANAGER)
    profile = UserProfile.get_for_user(person)
    profile.avatar.save("me.webp", ContentFile(b"body"))
    with django_capture_on_commit_callbacks(execute=True):
        erase_member(member=person, now=THEN)
    assert not default_storage.exists(profile.avatar.name)
    assert not UserProfile.objects.filter(user=person).exists()
