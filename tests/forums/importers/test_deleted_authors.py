"""Authors whose accounts were deleted: by number, by the name that stands where they wrote, or nobody."""

from datetime import UTC, datetime

import pytest

from community.consent.api import history, permits_of
from community.kernel.models import OutboxEvent
from community.members.api import Member, Role, erase_member
from crm_bridge.audience.line import parse
from crm_bridge.audience.services import audience
from forums.importers.common import GRANT_SOURCE, grant_all
from forums.importers.values import author_of, handle_of
from forums.models import Imported, Post, Topic
from tests.forums.importers.dumps import load, state, write_dump
from tests.people import member, staff
from tests.relay import drain

pytestmark = pytest.mark.django_db

AT = "2010-02-0{}T10:00:00.000"


def question(number, who, day=1):
    return f'<row Id="{number}" PostTypeId="1" Title="Q{number}" Body="b" CreationDate="{AT.format(day)}" {who} />'


def answer(number, who, day=2):
    return f'<row Id="{number}" PostTypeId="2" ParentId="1" Body="b" CreationDate="{AT.format(day)}" {who} />'


def comment(number, who, day=3):
    return f'<row Id="{number}" PostId="1" Text="c" CreationDate="{AT.format(day)}" {who} />'


def named(name):
    return f'OwnerDisplayName="{name}"'


def dump(folder, posts, comments=()):
    files = {"Posts": f"<posts>{''.join(posts)}</posts>", "Comments": f"<comments>{''.join(comments)}</comments>"}
    return write_dump(folder, Votes="", Tags="", **files)


def authors():
    return list(Post.objects.order_by("pk").values_list("author__name", flat=True))


@pytest.fixture
def deleted(tmp_path):
    """Two names, of whom the first writes three times; and two rows of which nothing is known."""
    posts = [question(1, named("user123")), answer(2, named("user124")), answer(3, "")]
    comments = [comment(1, 'UserDisplayName=" user123 "', 1), comment(2, 'UserDisplayName="user123"'), comment(3, "")]
    return dump(tmp_path, posts, comments)


def test_two_names_are_two_people_and_one_name_is_one(deleted):
    load(deleted)
    assert authors() == ["user123", "user124", "deleted", "user123", "user123", "deleted"]
    assert [Member.objects.filter(name=name).count() for name in ("user123", "user124", "deleted")] == [1, 1, 1]
    assert Member.objects.get(name="deleted").username == "deleted-0"


def test_a_second_run_changes_nothing(deleted):
    load(deleted, grant_all_for_demo=True)
    before = [*state(), OutboxEvent.objects.count()]
    load(deleted, grant_all_for_demo=True)
    assert [*state(), OutboxEvent.objects.count()] == before


def test_a_name_in_another_dump_is_another_person(deleted):
    load(deleted)
    load(deleted, source="more")
    assert Member.objects.filter(name="user123").count() == 2


def test_a_number_counts_more_than_a_name_and_a_user_of_that_name_is_another(tmp_path):
    ann, gone = 'OwnerUserId="1" OwnerDisplayName="x"', 'OwnerUserId="77" OwnerDisplayName="Ann Lee"'
    load(dump(tmp_path, [question(1, ann), answer(2, gone), answer(3, named("Ann Lee"))]))
    ann, gone, other = (post.author for post in Post.objects.order_by("pk"))
    assert [ann.username, gone.username, gone.name, other.name] == ["Ann-Lee-1", "deleted-77", "deleted", "Ann Lee"]
    assert other.username == handle_of(author_of({"OwnerDisplayName": "Ann Lee"}, "Posts"))
    assert Member.objects.filter(name="Ann Lee").count() == 3  # two users and the deleted one


def test_what_an_earlier_version_took_over_stays_with_whom_it_was_given_to(deleted, tmp_path):
    """It gave all rows without a number to the one person."""
    load(dump(tmp_path, [question(1, ""), answer(2, "")], [comment(1, "")]))
    posts = [question(1, named("user123")), answer(2, named("user124"))]
    told = [comment(1, 'UserDisplayName="user123"')]
    before = state()
    load(dump(tmp_path, posts, told))
    assert state() == before
    load(dump(tmp_path, [*posts, answer(4, named("user124"))], told))
    assert authors() == ["deleted", "deleted", "deleted", "user124"]


def test_the_one_person_is_granted_nothing_and_those_with_a_name_from_their_first_act(deleted):
    load(deleted, grant_all_for_demo=True)
    one, other, nobody = (Member.objects.get(name=name) for name in ("user123", "user124", "deleted"))
    assert (permits_of(nobody.pk), list(history(nobody.pk))) == (frozenset(), [])
    assert ["profiling:onsite" in permits_of(each.pk) for each in (one, other)] == [True, True]
    assert {entry.at for entry in history(one.pk)} == {datetime(2010, 2, 1, 10, tzinfo=UTC)}
    load(deleted, grant_all_for_demo=True)
    assert permits_of(nobody.pk) == frozenset()


def test_the_one_person_is_in_no_audience_and_those_with_a_name_are(deleted, now):
    load(deleted, grant_all_for_demo=True)
    drain()
    found = audience(parse(""), now=now).people
    assert sorted(person.member.name for person in found) == ["Ann Lee", "Ann Lee", "user123", "user124"]


def test_what_an_earlier_version_granted_the_one_person_is_taken_back_once(deleted):
    load(deleted)
    nobody = Member.objects.get(name="deleted")
    grant_all({nobody.pk: nobody.joined_at})
    assert "profiling:onsite" in permits_of(nobody.pk)
    load(deleted, grant_all_for_demo=True)
    assert permits_of(nobody.pk) == frozenset()
    told = [(entry.source, entry.granted) for entry in history(nobody.pk)]
    load(deleted, grant_all_for_demo=True)
    assert [(entry.source, entry.granted) for entry in history(nobody.pk)] == told
    assert set(told) == {(GRANT_SOURCE, True), (GRANT_SOURCE, False)}


HOSTILE = [
    "\u200b",
    " \u3164 ",
    "",
    "0",
    "deleted",
    "deleted-0",
    "~",
    "@ida",
    "admin",
    "../../x",
    "&lt;b&gt;",
    "客服",
    "小王",
    "a" * 5000,
    "a" * 5001,
    "-",
]


def test_whatever_a_name_is_the_username_is_valid_and_nobody_elses(tmp_path):
    native = member("ida")
    posts = [question(number, named(name)) for number, name in enumerate(HOSTILE, start=1)]
    load(dump(tmp_path, posts))
    made = Member.objects.filter(pk__in=Topic.objects.values("author"))
    assert made.count() == len(HOSTILE) - 2  # three of them show no name: one person
    for each in made:
        each.full_clean(exclude=["password", "email"])
    assert not Topic.objects.filter(author=native).exists()
    before = state()
    load(tmp_path)
    assert state() == before


def test_nobody_passes_for_the_brand_by_the_name_of_a_deleted_account(tmp_path):
    staff(Role.MODERATOR, "majal")
    load(dump(tmp_path, [question(1, named("Norling Support")), answer(2, named("majal"))]))
    names = [(post.author.username[:6], post.author.name) for post in Post.objects.order_by("pk")]
    assert names == [("member", ""), ("majal-", "")]


def test_of_somebody_erased_here_nothing_more_is_taken_over_by_their_name(deleted, tmp_path, now):
    load(deleted)
    erase_member(member=Member.objects.get(name="user123"), now=now)
    known = author_of({"OwnerDisplayName": "user123"}, "Posts")["Id"]
    assert not Imported.objects.filter(kind="Users", external_id=known).exists()
    load(dump(tmp_path, [question(7, named("user123")), question(8, named("user124"))]))
    assert list(Topic.objects.filter(title__in=("Q7", "Q8")).values_list("title", flat=True)) == ["Q8"]
