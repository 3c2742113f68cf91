"""What a vote teaches is its voter's alone until its results are there: before, the brand could count the votes."""

from __future__ import annotations

import json
import re
from datetime import timedelta
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import call_command
from django.test import Client
from django.utils import timezone

from community.consent.api import may_profile, withdraw
from community.members.api import Member, Role
from community.search.models import Mark
from crm_bridge.audience.line import parse
from crm_bridge.audience.services import size_of
from crm_bridge.mirror import services as mirror
from crm_bridge.mirror.explain import document
from crm_bridge.models import Profile, Segment, Signal
from crm_bridge.profiles.projector import compute, rebuild_profiles, refresh
from crm_bridge.profiles.queries import interests_for_staff, interests_of, profile_of
from forums.api import ensure_board, open_topic
from ideas.api import Contest, Idea, cast_vote, withdraw_idea, withdraw_vote
from ideas.models import Phase
from ideas.queries import results_due, results_since
from tests.contests import VOTING, begin, contest, idea
from tests.people import member, permit, staff
from tests.relay import drain
from tests.sites import ensure_site
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db

TOLD, LINE = "Voted for an idea about it", "interest:roof-rack"
MOVES = re.compile(r'name="csrfmiddlewaretoken" value="[^"]*"')
ONLY_YOU, PART = "Only you see this until the results", "Part of this is a vote."


class Vote:
    """A contest in its vote, somebody who may be reached and profiled, and their vote."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        ensure_site()
        load_words()
        staff(Role.MARKETER, "marketer")
        found = contest()
        self.ramp = idea(found, member("ramp-author"), title="A ramp")
        self.rails = idea(found, member("rails-author"), title="A roof rack that folds")
        self.ladder = idea(found, member("ladder-author"), title="A roof rack with a ladder")
        self.voter = permit(member("ballot"), "profiling:onsite", "product_news:email")
        self.contest = begin(found, "voting")
        self.monkeypatch = monkeypatch

    def cast(self, target: Idea, voter: Member | None = None) -> None:
        cast_vote(voter=voter or self.voter, idea=target, now=timezone.now())
        drain()

    def until(self, phase: str) -> None:
        """The contest's clock goes on to a phase, by its dates."""
        starts = Phase.objects.get(contest=self.contest, kind=phase).starts_at
        at = starts + timedelta(minutes=1)
        self.monkeypatch.setattr(timezone, "now", lambda: at)
        drain()

    def for_staff(self) -> dict[str, float]:
        profile = Profile.objects.get(pk=self.voter.pk)
        return {one.code: one.weight for one in interests_for_staff([profile])[profile.pk]}

    def for_voter(self) -> dict[str, float]:
        return {one.code: one.weight for one in interests_of(profile_of(self.voter.pk))}


@pytest.fixture
def vote(monkeypatch):
    return Vote(monkeypatch)


def signed_in(name: str) -> Client:
    client = Client()
    client.force_login(Member.objects.get(username=name))
    return client


def workbench(voter: Member) -> dict[str, str]:
    """Every place of the Workbench where a vote may show, without what moves with the clock."""
    client = signed_in("marketer")
    Segment.objects.get_or_create(
        name="Racks",
        defaults={"line": LINE, "purpose": "product_news", "channel": "email", "created_at": VOTING},
    )
    printed = StringIO()
    call_command("audience", LINE, format="json", stdout=printed)
    pages = {
        "everybody": client.get("/workbench/people/"),
        "interest": client.get("/workbench/people/", {"q": LINE}),
        "words": client.get("/workbench/people/", {"q": "行李架"}),
        "person": client.get(f"/workbench/people/{voter.public_id}/"),
        "segments": client.get("/workbench/segments/"),
        "export": client.post("/workbench/people/export/", {"q": LINE}),
    }
    assert {page: answer.status_code for page, answer in pages.items()} == dict.fromkeys(pages, 200)
    texts = {page: MOVES.sub("", answer.content.decode()) for page, answer in pages.items()}
    answer = json.loads(printed.getvalue())
    for facet in ("active", "joined"):
        answer["facets"][facet] = [part["count"] for part in answer["facets"][facet]]
    return {**texts, "command": json.dumps(answer, ensure_ascii=False)}


@pytest.mark.parametrize("phase", ["voting", "decision"])
def test_before_the_results_the_workbench_does_not_change_with_a_vote(vote, phase):
    vote.cast(vote.ramp)  # which has no subject
    first = workbench(vote.voter)
    vote.cast(vote.rails)
    second = workbench(vote.voter)
    vote.cast(vote.ladder)
    begin(vote.contest, phase)
    drain()
    third = workbench(vote.voter)
    for page, text in first.items():
        assert (page, second[page]) == (page, text)
        assert (page, third[page]) == (page, text)
    assert "ballot" not in first["interest"] + first["words"] + first["export"] + first["command"]
    assert "ballot" in first["everybody"]
    assert TOLD not in "".join(first.values())
    assert vote.for_staff() == {}
    assert list(vote.for_voter()) == ["roof-rack"]


def test_with_the_results_it_knows_the_subject_and_for_good_not_the_idea(vote):
    vote.cast(vote.ladder)
    assert size_of(parse(LINE), now=timezone.now()) == 0
    vote.until("decision")
    assert size_of(parse(LINE), now=timezone.now()) == 0
    vote.until("results")
    shown = workbench(vote.voter)
    for page in ("interest", "words", "export", "command"):
        assert "ballot" in shown[page], page
    for page in ("interest", "person", "command"):
        assert TOLD in shown[page], page
    for text in shown.values():
        for target in (vote.rails, vote.ladder):
            assert target.title not in text
            assert target.get_absolute_url() not in text
    assert vote.for_staff() == vote.for_voter() != {}


@pytest.mark.serverless
def test_neither_the_day_nor_the_weight_of_a_vote_tells_when_or_for_which_idea_it_was(vote):
    """Beside the votes by day, which everybody reads with the results, they would."""
    Idea.objects.filter(pk=vote.rails.pk).update(text="Steel.")
    vote.rails.refresh_from_db()
    late = permit(member("late"), "profiling:onsite", "product_news:email")
    vote.cast(vote.rails)
    day = timezone.now() + timedelta(days=4)
    vote.monkeypatch.setattr(timezone, "now", lambda: day)
    vote.cast(vote.ladder, late)  # which names it twice
    assert sorted(Signal.objects.filter(source="vote").values_list("count", flat=True)) == [1, 2]
    vote.until("results")
    comes = Phase.objects.get(contest=vote.contest, kind="results").starts_at
    for days in (1, 40, 200):
        compute([vote.voter.pk, late.pk], now=comes + timedelta(days))
        (mine,), (other,) = interests_for_staff(Profile.objects.filter(pk__in=[vote.voter.pk, late.pk])).values()
        assert (mine.weight, mine.was, mine.reasons) == (other.weight, other.was, other.reasons)
    assert [timezone.localdate(reason.at) for reason in mine.reasons] == [timezone.localdate(comes)]
    (own,) = interests_of(profile_of(late.pk))  # who voted reads the day it was
    assert ([reason.at for reason in own.reasons], own.weight) == ([day], mine.weight)


@pytest.mark.serverless
def test_a_profile_of_before_tells_no_day_until_it_is_worked_out_anew(vote):
    vote.cast(vote.rails)
    vote.until("results")
    profile = Profile.objects.get(pk=vote.voter.pk)
    del profile.interests[0]["reasons"][0]["counts_from"]
    profile.due_at = timezone.now() + timedelta(hours=20)
    profile.save()
    assert [one.reasons for one in interests_for_staff([profile])[profile.pk]] == [[]]
    import_module("crm_bridge.migrations.0007_days_of_votes").work_out_anew(apps, None)
    drain()
    (shown,) = interests_for_staff([Profile.objects.get(pk=vote.voter.pk)])[profile.pk]
    assert [reason.sentence for reason in shown.reasons] == [TOLD]


@pytest.mark.serverless
def test_what_was_removed_with_an_interest_does_not_come_back_with_the_results(vote):
    vote.cast(vote.rails)
    mirror.remove(member=vote.voter, keyword="roof-rack", now=timezone.now())
    drain()
    vote.until("results")
    list(rebuild_profiles(now=timezone.now()))
    assert (vote.for_staff(), vote.for_voter()) == ({}, {})


@pytest.mark.serverless
def test_what_else_teaches_an_interest_stays_known_without_the_votes_share(vote):
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    twin = permit(member("twin"), "profiling:onsite", "product_news:email")
    for author in (vote.voter, twin):
        open_topic(author=author, board=board, title="Which roof rack?", source="Which one?", now=timezone.now())
    vote.cast(vote.rails)
    profiles = {profile.pk: profile for profile in Profile.objects.all()}
    found = interests_for_staff(profiles.values())
    (mine,), (other,) = found[vote.voter.pk], found[twin.pk]
    assert (mine.weight, mine.was, mine.told) == (other.weight, other.was, other.told)
    assert [reason.source for reason in mine.reasons] == ["topic"]
    assert vote.for_voter()["roof-rack"] > mine.weight
    people = signed_in("marketer").get("/workbench/people/", {"q": f"{LINE}>={vote.for_voter()['roof-rack']}"})
    assert "ballot" not in people.content.decode()


def test_the_voter_reads_at_once_what_the_brand_reads_with_the_results(vote):
    client = signed_in("ballot")
    vote.cast(vote.rails)
    page = client.get("/me/knows/").content.decode()
    assert vote.rails.title in page
    assert (ONLY_YOU in page, PART in page) == (True, False)
    mirror.add(member=vote.voter, term="roof rack", now=timezone.now())
    page = client.get("/me/knows/").content.decode()
    assert (ONLY_YOU in page, PART in page) == (False, True)
    mirror.remove(member=vote.voter, keyword="roof-rack", now=timezone.now())
    vote.cast(vote.ladder)
    kept = document(vote.voter)["profile"]
    assert ([one["keyword"] for one in kept["interests"]], kept["interests_for_staff"]) == (["roof-rack"], [])
    vote.until("results")
    kept = document(vote.voter)["profile"]
    assert kept["interests_for_staff"] == kept["interests"] != []
    page = client.get("/me/knows/").content.decode()
    assert (ONLY_YOU in page, PART in page) == (False, False)


@pytest.mark.serverless
def test_a_weight_the_voter_sets_does_not_tell_of_the_vote_it_corrects(vote):
    vote.cast(vote.rails)
    mirror.correct(member=vote.voter, keyword="roof-rack", weight=7, now=timezone.now())
    drain()
    assert (vote.for_staff(), vote.for_voter()) == ({}, {"roof-rack": 7.0})
    assert ONLY_YOU in signed_in("ballot").get("/me/knows/").content.decode()
    vote.until("results")
    assert vote.for_staff() == {"roof-rack": 7.0}
    assert size_of(parse(f"{LINE}>=7"), now=timezone.now()) == 1


@pytest.mark.serverless
def test_a_weight_the_voter_sets_of_what_is_known_otherwise_is_told_at_once(vote):
    vote.cast(vote.rails)
    mirror.add(member=vote.voter, term="roof rack", now=timezone.now())
    mirror.correct(member=vote.voter, keyword="roof-rack", weight=7, now=timezone.now())
    drain()
    (shown,) = interests_for_staff([profile_of(vote.voter.pk)])[vote.voter.pk]
    assert (shown.weight, shown.told, [reason.source for reason in shown.reasons]) == (7.0, True, ["added"])


@pytest.mark.serverless
def test_of_an_idea_that_was_taken_out_the_brand_learns_nothing(vote):
    vote.cast(vote.rails)
    withdraw_idea(author=staff(Role.MODERATOR, "warden"), idea=vote.rails, now=timezone.now())
    vote.until("results")
    assert (vote.for_staff(), list(vote.for_voter())) == ({}, ["roof-rack"])


def test_an_upgrade_hides_votes_until_profiles_are_worked_out_anew(vote):
    vote.cast(vote.rails)
    quiet = permit(member("quiet"), "profiling:onsite", "product_news:email")
    mirror.add(member=quiet, term="roof rack", now=timezone.now())
    drain()
    Profile.objects.update(staff_interests=None, due_at=timezone.now())  # as before the upgrade
    import_module("crm_bridge.migrations.0006_secret_votes").hide_votes(apps, None)
    assert vote.for_staff() == {}
    assert list(Mark.objects.filter(index="audience").values_list("document_id", flat=True)) == [str(vote.voter.pk)]
    drain()
    assert size_of(parse(LINE), now=timezone.now()) == 1  # the quiet one


@pytest.mark.serverless
def test_what_the_voter_mutes_the_brand_has_neither_before_nor_after(vote):
    vote.cast(vote.rails)
    mirror.mute(member=vote.voter, keyword="roof-rack", now=timezone.now())
    assert ONLY_YOU not in signed_in("ballot").get("/me/knows/").content.decode()
    vote.until("results")
    assert size_of(parse(LINE), now=timezone.now()) == 0


def test_a_vote_moved_or_taken_back_leaves_nothing_for_the_results(vote):
    other = permit(member("other"), "profiling:onsite", "product_news:email")
    vote.cast(vote.rails)
    vote.cast(vote.ramp)
    vote.cast(vote.rails, other)
    withdraw_vote(voter=other, idea=vote.rails, now=timezone.now())
    drain()
    vote.until("results")
    assert size_of(parse(LINE), now=timezone.now()) == 0


@pytest.mark.serverless
def test_who_withdrew_the_permission_meanwhile_is_not_known_with_the_results(vote):
    vote.cast(vote.rails)
    withdraw(member_id=vote.voter.pk, purpose="profiling", channel="onsite", source="test", now=timezone.now())
    vote.until("results")
    assert not may_profile(vote.voter.pk)
    assert size_of(parse(LINE), now=timezone.now()) == 0
    assert Profile.objects.get(pk=vote.voter.pk).for_staff == []


@pytest.mark.parametrize("phase", ["voting", "results"])
def test_rebuilt_is_what_replayed_was(vote, phase):
    vote.cast(vote.rails)
    vote.until(phase)
    at = timezone.now()
    compute([vote.voter.pk], now=at)
    replayed = Profile.objects.filter(pk=vote.voter.pk).values().get()
    assert (replayed["staff_interests"] is None) == (phase == "results")
    list(rebuild_profiles(now=at))
    assert Profile.objects.filter(pk=vote.voter.pk).values().get() == replayed


@pytest.mark.serverless
def test_what_was_worked_out_by_a_clock_that_is_behind_is_so_again_with_the_results(vote):
    """As by another relay in the moment the results come: it writes last, and knew of none."""
    vote.cast(vote.rails)
    before = timezone.now()
    vote.until("results")
    assert list(vote.for_staff()) == ["roof-rack"]
    # The phase has not begun for whoever reads by an older clock.
    Phase.objects.filter(contest=vote.contest).update(entered_at=None)
    Contest.objects.filter(pk=vote.contest.pk).update(phase="voting")
    compute([vote.voter.pk], now=before)
    assert vote.for_staff() == {}
    assert refresh() == 1
    assert list(vote.for_staff()) == ["roof-rack"]
    assert refresh() == 0


@pytest.mark.serverless
def test_results_are_due_by_the_dates_and_stay_out_for_a_clock_set_back(vote):
    ids = [vote.ramp.pk, vote.rails.pk, 10**9]
    comes = Phase.objects.get(contest=vote.contest, kind="results").starts_at
    at = timezone.now()
    assert results_due(ids, now=at) == {vote.ramp.pk: comes, vote.rails.pk: comes}
    assert results_due(ids, now=comes) == {}
    assert results_due([], now=at) == {}
    since = {vote.ramp.pk: comes, vote.rails.pk: comes}
    assert (results_since(ids, now=at), results_since(ids, now=comes), results_since([], now=comes)) == ({}, since, {})
    vote.until("results")
    assert (results_due(ids, now=at), results_since(ids, now=at)) == ({}, since)


@pytest.mark.serverless
def test_a_contest_without_results_never_tells(vote):
    Phase.objects.filter(contest=vote.contest, kind="results").delete()
    vote.cast(vote.rails)
    assert results_due([vote.rails.pk], now=timezone.now()) == {vote.rails.pk: None}
    vote.until("decision")
    assert (vote.for_staff(), list(vote.for_voter())) == ({}, ["roof-rack"])


@pytest.mark.django_db(transaction=True)
def test_the_votes_of_many_are_asked_for_in_the_queries_of_one(vote, django_assert_num_queries):
    people = [vote.voter, *(permit(member(), "profiling:onsite") for _number in range(5))]
    for number, voter in enumerate(people):
        vote.cast([vote.rails, vote.ladder][number % 2], voter)
    for count in (1, len(people)):
        with django_assert_num_queries(14):
            compute([person.pk for person in people[:count]], now=timezone.now())
