"""Looking at people is allowed by role where it is done, whatever page or command asks."""

import pytest

from community.kernel.api import NotAllowed, now
from community.members.api import Role
from crm_bridge.audience.line import parse
from crm_bridge.console.export import export
from crm_bridge.console.services import list_people, open_person
from crm_bridge.models import AccessEntry, AudienceQuestion
from crm_bridge.segments.services import counted
from tests.people import member, permit, staff
from tests.relay import drain

pytestmark = pytest.mark.django_db
LINE = parse("")
LOOKS = {
    "list": lambda actor, ada: [one.member for one in list_people(LINE, actor=actor, now=now()).people],
    "open": lambda actor, ada: [open_person(ada, LINE, actor=actor, now=now()).member],
    "export": lambda actor, ada: [ada] if "ada" in export(LINE, actor=actor, now=now()) else [],
}


@pytest.fixture
def ada():
    found = permit(member("ada"), "product_news:email")
    drain()
    return found


def ben():
    return member("ben")


def agent():
    return staff(Role.SERVICE_AGENT)


def moderator():
    return staff(Role.MODERATOR)


@pytest.mark.serverless
@pytest.mark.parametrize("actor", [ben, agent, moderator])
@pytest.mark.parametrize("look", LOOKS)
def test_nobody_without_the_role_sees_anybody(ada, look, actor):
    with pytest.raises(NotAllowed):
        LOOKS[look](actor(), ada)
    assert not AccessEntry.objects.exists()


@pytest.mark.parametrize("role", [Role.MARKETER, Role.BRAND_MANAGER])
@pytest.mark.parametrize("look", LOOKS)
def test_whoever_has_it_sees_who_permits_and_the_look_is_kept(ada, look, role):
    actor = staff(role)
    assert LOOKS[look](actor, ada) == [ada]
    assert list(AccessEntry.objects.values_list("member_id", "actor_id")) == [(ada.pk, actor.pk)]


def test_who_permits_nothing_is_opened_by_nobody(ada):
    with pytest.raises(NotAllowed):
        open_person(ada, parse("permit:offers:email"), actor=staff(Role.MARKETER), now=now())
    assert not AccessEntry.objects.exists()


@pytest.mark.serverless
@pytest.mark.parametrize("actor", [ben, agent, moderator])
def test_the_sizes_of_segments_are_for_the_same_roles(actor):
    with pytest.raises(NotAllowed):
        counted(actor=actor(), now=now())
    assert not AudienceQuestion.objects.exists()


@pytest.mark.parametrize("page", [1, 2])
def test_who_is_counted_among_few_without_being_on_the_page_can_read_so(page):
    """The facets, less the people on the page, tell what the others are like."""
    people = [permit(member(), "product_news:email", "profiling:onsite").pk for _number in range(5)]
    drain()
    found = list_people(LINE, actor=None, page=page, size=4, now=now())
    listed = [person.member.pk for person in found.people]
    assert (found.total, len(listed), bool(found.facets)) == (5, {1: 4, 2: 1}[page], True)
    looks = dict(AccessEntry.objects.values_list("member_id", "kind"))
    assert looks == {pk: "listed" if pk in listed else "counted" for pk in people}
    assert set(AccessEntry.objects.values_list("why", "purpose", "channel")) == {("", "product_news", "email")}


def test_who_is_counted_among_many_is_not_written_down(monkeypatch):
    monkeypatch.setattr("crm_bridge.console.services.FEW", 5)
    for _number in range(5):
        permit(member(), "product_news:email")
    drain()
    assert list_people(LINE, actor=None, size=2, now=now()).total == 5
    assert list(AccessEntry.objects.values_list("kind", flat=True)) == ["listed", "listed"]
