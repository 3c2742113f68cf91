"""Two dumps under one name: a later one of the same site goes on, one of another site is refused."""

import re

import pytest
from django.core.management import CommandError, call_command

from community.kernel.api import now
from community.members.api import Member, erase_member
from forums.importers.figures import audit
from forums.importers.sameness import require_same_site
from forums.management.commands import import_stackexchange
from forums.models import Imported, Post, Topic
from tests.forums.importers.dumps import COMMENTS, POSTS, USERS, load, state, write_dump

pytestmark = pytest.mark.django_db

DAY = "2010-0"
TO_COME = {"Users": USERS.replace(DAY, "2199-0"), "Posts": POSTS.replace(DAY, "2199-0")}
OTHER_USERS, OTHER_POSTS = USERS.replace(DAY, "2012-0"), POSTS.replace(DAY, "2012-0")
LATER_USER = '<row Id="3" DisplayName="Cy" CreationDate="2011-01-02T03:04:05.000" /></users>'
LATER_POST = '<row Id="20" PostTypeId="1" Title="Later" Body="b" OwnerUserId="3" CreationDate="2011-02-01" /></posts>'


def without(column, text):
    return re.sub(rf' {column}="[^"]*"', "", text)


@pytest.mark.parametrize(
    ("files", "said"),
    [
        ({"Users": OTHER_USERS, "Posts": OTHER_POSTS}, "of 2 users with a number that is known, 2 are of another time"),
        ({"Posts": OTHER_POSTS}, "of 2 posts with a number that is known, 2 are of another time"),
        ({"Users": OTHER_USERS, "Posts": without("CreationDate", POSTS)}, "of 2 users"),
    ],
)
@pytest.mark.serverless
def test_another_dump_under_the_same_name_is_refused_before_anything_is_written(tmp_path, files, said):
    load(write_dump(tmp_path))
    before = state()
    with pytest.raises(CommandError, match=rf"imported as bikes: {said}.*--source NAME"):
        load(write_dump(tmp_path, **files), grant_all_for_demo=True)
    assert state() == before


def test_with_a_name_of_its_own_it_comes_into_the_same_board(tmp_path):
    load(write_dump(tmp_path))
    load(write_dump(tmp_path, Users=OTHER_USERS, Posts=OTHER_POSTS), source="more")
    assert [Topic.objects.filter(board__slug="bikes").count(), Member.objects.filter(name="Ann Lee").count()] == [2, 4]
    assert audit(tmp_path, source="more") == audit(tmp_path, source="bikes")
    call_command("import_stackexchange", str(tmp_path), board="bikes", source="more")
    assert Topic.objects.count() == 2


def test_a_name_that_is_none_is_refused(tmp_path):
    with pytest.raises(CommandError, match="--source no slug"):
        load(write_dump(tmp_path), source="no slug")


def test_a_later_dump_of_the_same_site_goes_on(tmp_path):
    load(write_dump(tmp_path))
    erase_member(member=Topic.objects.get().author, now=now())
    later = {"Users": USERS.replace("</users>", LATER_USER), "Posts": POSTS.replace("</posts>", LATER_POST)}
    load(write_dump(tmp_path, **later))
    assert Topic.objects.get(title="Later").author.name == "Cy"


def test_an_import_that_was_cut_off_among_the_users_goes_on_and_another_dump_is_refused(tmp_path):
    with pytest.raises(CommandError):
        load(write_dump(tmp_path, Posts="<posts><row"))
    assert [Imported.objects.filter(kind="Users").count(), Post.objects.count()] == [2, 0]
    with pytest.raises(CommandError, match="2 are of another time"):
        load(write_dump(tmp_path, Users=OTHER_USERS, Posts=OTHER_POSTS))
    load(write_dump(tmp_path))
    assert Post.objects.count() == 3


def test_another_dump_that_was_begun_in_the_same_moment_is_refused_before_it_is_mixed_in(tmp_path, monkeypatch):
    ours, other = tmp_path / "ours", tmp_path / "other"
    ours.mkdir(), other.mkdir()
    write_dump(ours), write_dump(other, Users=OTHER_USERS, Posts=OTHER_POSTS)

    def while_the_other_is_compared(folder, **known):
        monkeypatch.undo()
        require_same_site(folder, **known)
        load(ours)

    monkeypatch.setattr(import_stackexchange, "require_same_site", while_the_other_is_compared)
    with pytest.raises(CommandError, match=r"imported as bikes at this moment: of 2 users, 2.*--source NAME"):
        load(other)
    alone = state()
    load(ours)
    assert state() == alone
    assert set(Topic.objects.values_list("opened_at__year", flat=True)) == {2010}


def numbered(numbers, *other):
    """Users with these numbers; the others joined at another time."""
    row = '<row Id="{}" DisplayName="Cy" CreationDate="201{}-01-02T03:04:05.000" />'
    return f"<users>{''.join(row.format(number, int(number in other)) for number in numbers)}</users>"


def test_one_known_user_of_another_time_among_new_ones_is_no_other_dump(tmp_path):
    load(write_dump(tmp_path, Users=numbered(range(1, 202))))
    load(write_dump(tmp_path, Users=numbered(range(1, 301), 201)))
    assert Member.objects.filter(name="Cy").count() == 300


def test_a_number_that_a_dump_repeats_is_skipped(tmp_path):
    again = numbered([3], 3).removeprefix("<users>")
    load(write_dump(tmp_path, Users=numbered(range(1, 202)).replace("</users>", again)))
    assert Member.objects.filter(name="Cy").count() == 201


@pytest.mark.parametrize(
    ("first", "second"),
    [
        ({"Users": without("CreationDate", USERS), "Posts": without("CreationDate", POSTS)}, {}),
        ({}, {"Users": without("CreationDate", USERS), "Posts": without("CreationDate", POSTS)}),
        ({"Users": ""}, {}),
        ({}, {"Users": ""}),
        (TO_COME, TO_COME),
        ({"Users": USERS.replace("</users>", LATER_USER)}, {"Users": LATER_USER.replace("<row", "<users><row")}),
    ],
    ids=["dates come later", "dates are gone", "users come later", "users are gone", "dates to come", "fewer users"],
)
@pytest.mark.serverless
def test_a_dump_with_gaps_is_no_other(tmp_path, first, second):
    load(write_dump(tmp_path, **first))
    load(write_dump(tmp_path, Comments=COMMENTS.replace('Id="5"', 'Id="6"'), **second))
    assert Post.objects.filter(kind="comment").count() == 2


@pytest.mark.serverless
@pytest.mark.parametrize(("sample", "refused"), [(1, False), (2, False), (3, True)])
def test_only_the_first_rows_are_compared(tmp_path, monkeypatch, sample, refused):
    monkeypatch.setattr("forums.importers.sameness.SAMPLE", sample)
    load(write_dump(tmp_path, Users=numbered([1, 2, 3])))
    before = state()
    # Of one user none is of another time, of two one is, of three two are.
    later = write_dump(tmp_path, Users=numbered([1, 2, 3, 4], 2, 3))
    if refused:
        with pytest.raises(CommandError, match="of 3 users with a number that is known, 2 are of another time"):
            load(later)
        assert state() == before
    else:
        load(later)
        assert Member.objects.filter(name="Cy").count() == 4
