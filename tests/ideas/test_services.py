"""What members and the brand may do in contests, and when."""

from __future__ import annotations

from datetime import timedelta
from functools import partial

import pytest
from django.db import IntegrityError, transaction
from django.utils import timezone

from community.inbox.models import LiveMessage
from community.kernel.api import Conflict, Gone, Invalid, NotAllowed
from community.kernel.models import OutboxEvent
from community.members.api import Role, erase_member
from ideas import services
from ideas.counts import vote_differences
from ideas.enums import PhaseKind
from ideas.models import Contest, Idea, Phase, Vote, VoteEvent
from tests.contests import DECISION, DRAFT, PHASES, RESULTS, SUBMISSION, VOTING, contest, idea, votes
from tests.people import member, staff

pytestmark = pytest.mark.django_db

SECOND = timedelta(seconds=1)


def tally() -> dict[str, int]:
    return dict(Idea.objects.order_by("number").values_list("title", "vote_count"))


def history() -> list[tuple[int | None, int | None, int | None]]:
    return list(VoteEvent.objects.order_by("pk").values_list("voter_id", "idea_id", "previous_id"))


def facts() -> int:
    return OutboxEvent.objects.filter(name__startswith="ideas.").count()


# Opening


@pytest.mark.parametrize("role", [None, Role.MARKETER, Role.SERVICE_AGENT, Role.MODERATOR])
def test_only_a_brand_manager_opens_a_contest(role):
    actor = staff(role) if role else member()
    with pytest.raises(NotAllowed):
        contest(actor=actor)
    assert Contest.objects.count() == 0


def test_the_same_slug_and_titles_again_are_the_same_contest():
    first, other = contest(), staff(Role.BRAND_MANAGER, "other")
    again = partial(services.open_contest, actor=other, slug=first.slug, phases=[("voting", VOTING)], now=VOTING)
    assert again(title_en=first.title_en, title_zh=first.title_zh).pk == first.pk
    with pytest.raises(Invalid) as refused:
        again(title_en="Another", title_zh=first.title_zh)
    assert refused.value.field == "slug"
    assert (Contest.objects.get().title_en, Phase.objects.count()) == ("A better boot", 4)


@pytest.mark.parametrize(
    "phases",
    [
        [],
        [("voting", VOTING), ("submission", DECISION)],
        [("submission", VOTING), ("voting", SUBMISSION)],
        [("submission", SUBMISSION), ("voting", SUBMISSION)],
        [("submission", SUBMISSION), ("submission", VOTING)],
        [("party", SUBMISSION)],
    ],
)
def test_phases_out_of_order_are_refused(phases):
    with pytest.raises(Invalid):
        services.open_contest(
            actor=staff(Role.BRAND_MANAGER), slug="x", title_en="X", title_zh="某", phases=phases, now=DRAFT
        )
    assert (Contest.objects.count(), Phase.objects.count()) == (0, 0)


# Ideas


@pytest.mark.parametrize(
    ("at", "allowed"),
    [
        (SUBMISSION - SECOND, False),
        (SUBMISSION, True),
        (VOTING - SECOND, True),
        (VOTING, False),
        (DECISION, False),
        (RESULTS, False),
    ],
)
def test_ideas_are_handed_in_only_while_the_contest_asks_by_the_clock(at, allowed):
    found, author = contest(), member()
    if allowed:
        made = services.submit_idea(author=author, contest=found, title=" A  title ", source="Text", now=at)
        assert (made.number, made.title, made.language, Contest.objects.get().idea_count) == (1, "A title", "en", 1)
    else:
        with pytest.raises(Conflict):
            services.submit_idea(author=author, contest=found, title="A title", source="Text", now=at)
        assert (Idea.objects.count(), Contest.objects.get().idea_count, facts()) == (0, 0, 0)


@pytest.mark.parametrize(
    ("title", "source"), [("", "x"), (" \0 ", "x"), ("x", "\0 "), ("x" * 161, "x"), ("x", "y" * 20_001)]
)
def test_an_idea_out_of_bounds_is_refused(title, source):
    found = contest()
    with pytest.raises(Invalid):
        services.submit_idea(author=member(), contest=found, title=title, source=source, now=SUBMISSION)
    assert Idea.objects.count() == 0


def test_only_the_author_edits_and_only_until_the_vote():
    found, author = contest(), member()
    made = idea(found, author)
    with pytest.raises(NotAllowed):
        services.edit_idea(author=member(), idea=made, title="Mine", source="x", now=SUBMISSION)
    with pytest.raises(Conflict):
        services.edit_idea(author=author, idea=made, title="Later", source="x", now=VOTING)
    assert Idea.objects.get().title == "A wet box"
    services.edit_idea(author=author, idea=made, title="防水储物盒", source="放湿衣服", now=VOTING - SECOND)
    assert Idea.objects.values_list("title", "language", "text").get() == ("防水储物盒", "zh-hans", "放湿衣服")


def test_a_withdrawn_idea_can_be_neither_edited_nor_voted_for():
    found, author = contest(), member()
    made = idea(found, author)
    services.withdraw_idea(author=author, idea=made, now=SUBMISSION)
    services.withdraw_idea(author=author, idea=made, now=SUBMISSION)
    with pytest.raises(Gone):
        services.edit_idea(author=author, idea=made, title="Back", source="x", now=SUBMISSION)
    with pytest.raises(Gone):
        services.cast_vote(voter=member(), idea=made, now=VOTING)
    assert OutboxEvent.objects.filter(name="ideas.idea.withdrawn").count() == 1
    assert Idea.objects.values_list("title", "withdrawn_at").get() == ("A wet box", SUBMISSION)


def test_a_moderator_takes_an_idea_back_during_the_vote_and_its_author_does_not():
    found, author = contest(), member()
    made = idea(found, author)
    with pytest.raises(Conflict):
        services.withdraw_idea(author=author, idea=made, now=VOTING)
    with pytest.raises(NotAllowed):
        services.withdraw_idea(author=member(), idea=made, now=SUBMISSION)
    services.withdraw_idea(author=staff(Role.MODERATOR), idea=made, now=VOTING)
    assert Idea.objects.get().withdrawn_at == VOTING


# Votes


def test_a_vote_counts_once_however_often_it_is_cast():
    made, voter = idea(contest()), member()
    first = services.cast_vote(voter=voter, idea=made, now=VOTING)
    again = services.cast_vote(voter=voter, idea=made, now=VOTING + SECOND)
    assert (first.pk, again.at) == (again.pk, VOTING)
    assert (tally(), history()) == ({"A wet box": 1}, [(voter.pk, made.pk, None)])
    assert OutboxEvent.objects.filter(name="ideas.idea.voted").count() == 1


def test_a_second_vote_moves_the_first():
    found, voter = contest(), member()
    one, two = idea(found), idea(found, title="A ramp")
    services.cast_vote(voter=voter, idea=one, now=VOTING)
    services.cast_vote(voter=voter, idea=two, now=VOTING + SECOND)
    assert tally() == {"A wet box": 0, "A ramp": 1}
    assert list(Vote.objects.values_list("voter_id", "idea_id", "at")) == [(voter.pk, two.pk, VOTING + SECOND)]
    assert history() == [(voter.pk, one.pk, None), (voter.pk, two.pk, one.pk)]
    assert OutboxEvent.objects.filter(name="ideas.idea.voted").last().payload["moved_from_id"] == one.pk


def test_a_vote_can_be_taken_back_and_cast_anew():
    found, voter = contest(), member()
    made = idea(found)
    assert services.withdraw_vote(voter=voter, idea=made, now=VOTING) is False
    services.cast_vote(voter=voter, idea=made, now=VOTING)
    assert services.withdraw_vote(voter=voter, idea=made, now=VOTING) is True
    assert (tally(), Vote.objects.count()) == ({"A wet box": 0}, 0)
    services.cast_vote(voter=voter, idea=made, now=VOTING)
    assert tally() == {"A wet box": 1}
    assert history() == [(voter.pk, made.pk, None), (voter.pk, None, made.pk), (voter.pk, made.pk, None)]


def test_taking_back_a_vote_that_was_moved_meanwhile_changes_nothing():
    found, voter = contest(), member()
    one, two = idea(found), idea(found, title="A ramp")
    services.cast_vote(voter=voter, idea=one, now=VOTING)
    services.cast_vote(voter=voter, idea=two, now=VOTING)
    before = facts()
    assert services.withdraw_vote(voter=voter, idea=one, now=VOTING) is False
    assert tally() == {"A wet box": 0, "A ramp": 1}
    assert list(Vote.objects.values_list("voter_id", "idea_id")) == [(voter.pk, two.pk)]
    assert history() == [(voter.pk, one.pk, None), (voter.pk, two.pk, one.pk)]
    assert facts() == before


def test_nobody_votes_for_their_own_idea():
    author = member()
    made = idea(contest(), author)
    with pytest.raises(NotAllowed):
        services.cast_vote(voter=author, idea=made, now=VOTING)
    assert (tally(), Vote.objects.count(), VoteEvent.objects.count()) == ({"A wet box": 0}, 0, 0)


@pytest.mark.parametrize("at", [DRAFT, SUBMISSION, VOTING - SECOND, DECISION, RESULTS])
def test_outside_of_the_vote_nothing_is_cast_moved_or_taken_back(at):
    found, voter = contest(), member()
    one, two = idea(found), idea(found, title="A ramp")
    services.cast_vote(voter=voter, idea=one, now=VOTING)
    before = facts()
    for refused in (
        lambda: services.cast_vote(voter=member(), idea=one, now=at),
        lambda: services.cast_vote(voter=voter, idea=two, now=at),
        lambda: services.withdraw_vote(voter=voter, idea=one, now=at),
    ):
        with pytest.raises(Conflict):
            refused()
    assert (tally(), history()) == ({"A wet box": 1, "A ramp": 0}, [(voter.pk, one.pk, None)])
    assert facts() == before


def test_a_vote_is_judged_by_the_idea_as_it_is_now_not_as_it_was_read():
    found, author = contest(), member()
    stale = idea(found, author)
    services.withdraw_idea(author=staff(Role.MODERATOR), idea=stale, now=VOTING)
    assert stale.withdrawn_at is None
    with pytest.raises(Gone):
        services.cast_vote(voter=member(), idea=stale, now=VOTING)
    assert Vote.objects.count() == 0


def test_the_database_refuses_a_second_vote_of_a_member():
    found, voter = contest(), member()
    one, two = idea(found), idea(found, title="A ramp")
    services.cast_vote(voter=voter, idea=one, now=VOTING)
    with pytest.raises(IntegrityError), transaction.atomic():
        Vote.objects.create(contest=found, idea=two, voter=voter, at=VOTING)


def test_an_erased_member_votes_no_more():
    made, voter = idea(contest()), member()
    erase_member(member=voter, now=VOTING)
    with pytest.raises(Gone):
        services.cast_vote(voter=voter, idea=made, now=VOTING)
    assert Vote.objects.count() == 0


def test_kept_counts_equal_counted_votes_and_differences_are_named(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: RESULTS)
    found = contest()
    one = idea(found)
    votes(one, 3)
    assert vote_differences() == []
    Idea.objects.update(vote_count=7)
    assert vote_differences() == [f"idea {one.pk}: 7 kept, 3 counted"]


# Phases


def test_phases_move_until_the_first_vote_and_then_never():
    found, manager = contest(), staff(Role.BRAND_MANAGER, "boss")
    made, voter = idea(found), member()
    services.advance_contests(now=SUBMISSION)
    later = [(kind, at + timedelta(days=2)) for kind, at in PHASES]
    services.set_phases(actor=manager, contest=found, phases=later, now=SUBMISSION)
    starts = dict(Phase.objects.values_list("kind", "starts_at"))
    assert starts == {**dict(later), "submission": SUBMISSION}
    services.cast_vote(voter=voter, idea=made, now=later[1][1])
    services.withdraw_vote(voter=voter, idea=made, now=later[1][1])
    with pytest.raises(Conflict):
        services.set_phases(actor=manager, contest=found, phases=PHASES, now=VOTING)
    assert dict(Phase.objects.values_list("kind", "starts_at")) == starts


def test_a_phase_cannot_be_moved_before_one_that_has_begun():
    found = contest()
    services.advance_contests(now=VOTING)
    early = [("decision", SUBMISSION + SECOND), ("results", SUBMISSION + 2 * SECOND)]
    with pytest.raises(Invalid):
        services.set_phases(actor=staff(Role.BRAND_MANAGER, "boss"), contest=found, phases=early, now=VOTING)
    assert sorted(Phase.objects.values_list("kind", "starts_at")) == sorted(PHASES)


def test_a_phase_that_began_by_the_clock_stays_though_nothing_has_entered_it_yet():
    found, manager = contest(), staff(Role.BRAND_MANAGER, "boss")
    later = [(kind, at + timedelta(days=40)) for kind, at in PHASES]
    services.set_phases(actor=manager, contest=found, phases=later, now=VOTING)
    starts = dict(Phase.objects.values_list("kind", "starts_at"))
    assert starts == {**dict(later), "submission": SUBMISSION, "voting": VOTING}


def test_a_vote_that_waited_until_the_decision_began_is_refused():
    made, voter = idea(contest()), member()
    services.cast_vote(voter=voter, idea=made, now=DECISION - SECOND)
    services.advance_contests(now=DECISION)
    with pytest.raises(Conflict):
        services.cast_vote(voter=member(), idea=made, now=DECISION - SECOND)
    with pytest.raises(Conflict):
        services.withdraw_vote(voter=voter, idea=made, now=DECISION - SECOND)
    assert tally() == {"A wet box": 1}


def test_others_do_not_move_phases():
    found = contest()
    with pytest.raises(NotAllowed):
        services.set_phases(actor=staff(Role.MARKETER), contest=found, phases=PHASES[1:], now=DRAFT)
    assert Phase.objects.count() == 4


def test_a_phase_begins_by_itself_at_its_second_and_is_logged_once():
    found = contest()
    assert services.advance_contests(now=SUBMISSION - SECOND) == 0
    assert services.advance_contests(now=SUBMISSION) == 1
    assert services.advance_contests(now=SUBMISSION) == 0
    assert Contest.objects.get().phase == PhaseKind.SUBMISSION
    entered = OutboxEvent.objects.filter(name="ideas.contest.phase_changed")
    assert [(event.payload["phase"], event.payload["previous"], event.occurred_at) for event in entered] == [
        ("submission", "draft", SUBMISSION)
    ]
    assert list(LiveMessage.objects.values_list("channel", flat=True)) == [f"contest:{found.pk}"]


def test_after_downtime_every_missed_phase_is_entered_in_order_at_its_own_time():
    contest("first"), contest("second", actor=staff(Role.BRAND_MANAGER, "boss"))
    assert services.advance_contests(now=DECISION + SECOND) == 6
    events = OutboxEvent.objects.filter(name="ideas.contest.phase_changed").order_by("pk")
    one = [("submission", "draft", SUBMISSION), ("voting", "submission", VOTING), ("decision", "voting", DECISION)]
    assert [(e.payload["phase"], e.payload["previous"], e.occurred_at) for e in events] == one + one
    assert list(Contest.objects.values_list("phase", flat=True)) == ["decision", "decision"]


def test_what_is_allowed_follows_the_clock_even_when_no_relay_runs():
    made = idea(contest())
    assert Contest.objects.get().phase == PhaseKind.DRAFT
    assert services.cast_vote(voter=member(), idea=made, now=VOTING).idea_id == made.pk
