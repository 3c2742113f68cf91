"""What is permitted now follows from the ledger, and is made from it anew where it does not."""

from datetime import UTC, datetime, timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from community.consent import ledger
from community.consent.ledger import permission_drift, repair_permissions
from community.consent.models import Permission
from community.consent.services import Yes, date_back, forget_member, grant, grant_many, permits_of, withdraw
from community.kernel.api import facts_of, now
from community.search.models import Mark
from community.traces.api import record_search
from crm_bridge.models import Profile
from crm_bridge.profiles.projector import rebuild_profiles
from forums.api import ensure_board, open_topic
from tests.people import member, permit
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db

NOW = datetime(2026, 9, 1, 8, tzinfo=UTC)


def yes(member_id, purpose="product_news", channel="email", *, at=NOW):
    grant(member_id=member_id, purpose=purpose, channel=channel, text_version="1", source="test", now=at)


def no(member_id, purpose="product_news", channel="email", *, at=NOW):
    withdraw(member_id=member_id, purpose=purpose, channel=channel, source="test", now=at)


@pytest.fixture
def rows():
    """Yeses and noes of all kinds, and the permissions that follow from them."""
    yes(7)
    yes(7, "offers", "push")
    no(7, "offers", "push")
    yes(8)
    no(8, at=NOW + timedelta(days=1))
    yes(8, at=NOW + timedelta(days=2))
    grant_many([Yes(9, "offers", "email", NOW)], text_version="2", source="x")
    date_back({9: NOW - timedelta(days=30)}, source="x")
    yes(10)
    forget_member(10)
    return kept()


def kept():
    columns = ("member_id", "purpose", "channel", "since", "text_version", "source")
    return list(Permission.objects.order_by("member_id", "purpose").values_list(*columns))


def test_what_is_kept_is_what_follows(rows):
    assert [(row[0], row[3]) for row in rows] == [
        (7, NOW),
        (8, NOW + timedelta(days=2)),
        (9, NOW - timedelta(days=30)),
    ]
    assert permission_drift() == []


def test_what_was_learnt_by_a_yes_that_is_none_goes_with_it():
    """The ledger says no: nothing stays of what the row let be kept."""
    ada = permit(member("ada"), "profiling:onsite")
    record_search(member=ada, words="roof rack", found=0, now=NOW + timedelta(days=1))
    no(ada.pk, "profiling", "onsite")
    Permission.objects.create(
        member_id=ada.pk, purpose="profiling", channel="onsite", since=NOW, text_version="1", source="nobody"
    )
    assert record_search(member=ada, words="tow bar", found=0, now=NOW + timedelta(days=1))
    list(repair_permissions())
    assert (permits_of(ada.pk), permission_drift()) == (frozenset(), [])
    assert not any(delivery.fact.name.startswith("traces.") for delivery in facts_of(ada.pk))


def test_what_was_done_while_a_yes_was_lost_is_learnt_when_it_is_made_anew():
    load_words()
    ada = permit(member("ada"), "profiling:onsite")
    Permission.objects.all().delete()
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    open_topic(author=ada, board=board, title="Roof rack", source="Which?", now=now())
    drain()
    assert Profile.objects.get(member_id=ada.pk).interests == []
    assert list(repair_permissions()) == [1]
    learnt = Profile.objects.get(member_id=ada.pk).interests
    assert [interest["keyword"] for interest in learnt] == ["roof-rack"]
    list(rebuild_profiles(now=now()))
    assert [one["keyword"] for one in Profile.objects.get(member_id=ada.pk).interests] == ["roof-rack"]


def test_many_are_repaired_some_at_a_time(monkeypatch):
    monkeypatch.setattr(ledger, "CHUNK", 2)
    for member_id in range(20, 25):
        yes(member_id)
        yes(member_id, "offers")
    Permission.objects.filter(purpose="offers").delete()
    assert list(repair_permissions()) == [2, 2, 1]
    assert permission_drift() == []


def test_a_yes_is_made_anew_only_together_with_what_is_learnt_by_it(monkeypatch):
    """What is killed between the two is found and repaired by the next run."""
    ada = permit(member("ada"), "profiling:onsite")
    Permission.objects.all().delete()
    told = permission_drift()

    def killed(slot, *values, **named):
        if slot == "consent.repaired":
            raise KeyboardInterrupt
        return []

    with monkeypatch.context() as patched:
        patched.setattr(ledger, "contributions", killed)
        with pytest.raises(KeyboardInterrupt):
            list(repair_permissions())
    assert (permission_drift(), permits_of(ada.pk)) == (told, frozenset())
    assert (list(repair_permissions()), permits_of(ada.pk)) == ([1], {"profiling:onsite"})


@pytest.mark.parametrize("at_once", [False, True])
def test_what_differs_is_told_and_made_anew(rows, at_once):
    Mark.objects.all().delete()
    Permission.objects.filter(member_id=7).delete()
    Permission.objects.create(
        member_id=8, purpose="partners", channel="email", since=NOW, text_version="1", source="nobody"
    )
    Permission.objects.filter(member_id=9).update(since=NOW, text_version="3", source="y")
    kept_9, wanted_9 = "yes since 2026-09-01 (wording 3, y)", "yes since 2026-08-02 (wording 2, x)"
    told = [
        "member 7 product_news:email: no kept, yes since 2026-09-01 (wording 1, test) in the ledger",
        "member 8 partners:email: yes since 2026-09-01 (wording 1, nobody) kept, no in the ledger",
        f"member 9 offers:email: {kept_9} kept, {wanted_9} in the ledger",
    ]
    assert permission_drift() == told
    if at_once:
        list(repair_permissions())
    else:
        said = StringIO()
        with pytest.raises(CommandError):
            call_command("recount", check=True, stdout=said)
        assert "consent: permissions: 3 differ" in said.getvalue()
        call_command("recount", stdout=StringIO())
    assert (kept(), permission_drift()) == (rows, [])
    assert permits_of(8) == {"product_news:email"}
    # They are listed by what they permit.
    marked = Mark.objects.filter(index="audience").values_list("document_id", flat=True)
    assert sorted(set(marked)) == ["7", "8", "9"]


def test_what_is_said_while_a_repair_begins_is_no_difference(rows, monkeypatch):
    """Between the first look and the lock one member says yes, and one takes it back."""
    Permission.objects.filter(member_id=9).update(since=NOW)
    read, meanwhile = ledger._held, iter([lambda: (yes(11), no(7))])

    def held(**those):
        next(meanwhile, lambda: None)()
        return read(**those)

    monkeypatch.setattr(ledger, "_held", held)
    list(repair_permissions())
    assert (permits_of(7), permits_of(11)) == (frozenset(), {"product_news:email"})
    assert permission_drift() == []
