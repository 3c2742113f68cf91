"""Around midnight: what people read has the day of the site's zone, what is counted by days the day in UTC."""

import csv
import io
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from community.members.api import Role
from community.traces.api import record_search
from crm_bridge.models import ActiveDay
from crm_bridge.profiles.lifecycle import stage_of
from crm_bridge.profiles.queries import interests_for_staff, profile_of
from forums.api import ensure_board, open_topic
from ideas.services import cast_vote
from tests.contests import VOTING, begin, contest, idea
from tests.people import THEN, member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db

ACT = datetime(2026, 11, 1, 17, 30, tzinfo=UTC)  # in Shanghai half past one in the night of the second
ASKED = ACT + timedelta(hours=1)


@pytest.fixture(autouse=True)
def _shanghai(settings):
    settings.TIME_ZONE = "Asia/Shanghai"


@pytest.fixture
def ada():
    load_words()
    return permit(member("ada"), "profiling:onsite", "product_news:email")


def write(person, at, title="Which roof rack?"):
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    open_topic(author=person, board=board, title=title, source="Roof bars.", now=at)


def rows_of(answer):
    return list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))


def test_an_export_and_its_name_have_the_day_of_the_site(ada, monkeypatch):
    write(ada, ACT)
    drain()
    monkeypatch.setattr("crm_bridge.console.views.now", lambda: ASKED)
    desk = Client()
    desk.force_login(staff(Role.MARKETER))
    answer = desk.post(reverse("crm:export"), {"q": "interest:roof-rack"})
    assert answer["Content-Disposition"] == 'attachment; filename="audience-2026-11-02.csv"'
    assert [row["last_active"] for row in rows_of(answer)] == ["2026-11-02"]


def test_the_table_of_ideas_has_the_time_of_the_site():
    found = contest()
    idea(found)
    desk = Client()
    desk.force_login(staff(Role.BRAND_MANAGER, "boss"))
    answer = desk.get(f"/workbench/contests/{found.slug}/export/")
    assert [row["submitted_at"] for row in rows_of(answer)] == ["2026-09-01T08:00:00+08:00"]


def told(person):
    found = interests_for_staff([profile_of(person.pk)])[person.pk]
    return [reason.at for one in found for reason in one.reasons]


def test_the_day_of_a_search_is_the_day_of_the_site_and_has_no_minute(ada):
    record_search(member=ada, words="roof rack", found=0, now=ACT)
    drain()
    assert [at.isoformat() for at in told(ada)] == ["2026-11-02T00:00:00+08:00"]


def test_the_day_of_a_vote_is_that_of_its_results_on_the_site_and_has_no_minute(ada):
    found = contest()
    made = idea(found, title="A roof rack")
    cast_vote(voter=ada, idea=made, now=VOTING)
    comes = (timezone.now() - timedelta(days=3)).replace(hour=17, minute=30)
    begin(found, "results", ago=timezone.now() - comes)
    drain()
    assert [at.isoformat() for at in told(ada)] == [f"{comes.date() + timedelta(days=1)}T00:00:00+08:00"]


@pytest.mark.parametrize(("hour", "days"), [(15, 1), (23, 2)])
def test_active_days_are_counted_in_utc(ada, hour, days):
    for minute in (45, 75):
        write(ada, ACT.replace(hour=hour, minute=0) + timedelta(minutes=minute), title=f"Roof rack {minute}")
    drain()
    assert ActiveDay.objects.filter(member_id=ada.pk).count() == days


def test_a_stage_is_the_same_in_every_zone():
    days = [ACT.date() - timedelta(days=n) for n in range(8)]
    said = [
        stage_of(days, joined_at=THEN.astimezone(zone), now=ACT.astimezone(zone))
        for zone in (UTC, ZoneInfo("Asia/Shanghai"), ZoneInfo("America/Los_Angeles"))
    ]
    assert said[0].reason == {"active_days": 8, "quiet_days": 0, "member_days": 61}
    assert said == [said[0]] * 3
