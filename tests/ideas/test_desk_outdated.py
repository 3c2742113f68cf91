"""Two managers at the desk: neither writes over decisions or phases of the other without having seen them."""

from __future__ import annotations

import re

import pytest
from django.test import Client
from django.utils import timezone

from community.kernel.api import Outdated
from community.kernel.models import OutboxEvent
from community.members.api import Role
from ideas.models import Contest, Idea, Phase
from ideas.services import decide, set_phases
from tests.contests import DECISION, DRAFT, PHASES, SUBMISSION, begin, contest, idea
from tests.people import staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
REASONS = {"reason_en": "Too heavy", "reason_zh": "太重"}
OTHER = {"reason_en": "Light enough", "reason_zh": "够轻"}


@pytest.fixture
def boss():
    return staff(Role.BRAND_MANAGER, "boss")


@pytest.fixture
def made(boss):
    return idea(contest(actor=boss))


@pytest.fixture
def second():
    """Another manager's browser."""
    client = Client()
    client.force_login(staff(Role.BRAND_MANAGER, "second"))
    return client


def decided():
    return Idea.objects.values_list("decision", "reason_en", "decided_by__username").get()


def version_in(html, before):
    """The version in the form that follows a mark on the page."""
    return re.search(r'name="version" value="([^"]*)"', html[html.index(before) :])[1]


def test_the_same_decision_again_is_none(boss, made):
    decide(actor=boss, idea=made, decision="refused", **REASONS, now=DECISION)
    other = staff(Role.BRAND_MANAGER, "second")
    decide(actor=other, idea=made, decision="refused", **REASONS, now=DECISION + (DECISION - SUBMISSION))
    assert OutboxEvent.objects.filter(name="ideas.idea.decided").count() == 1
    assert Idea.objects.values_list("decided_at", "decided_by").get() == (DECISION, boss.pk)


def test_a_decision_made_meanwhile_is_not_written_over(boss, made):
    began = made.decision_version
    decide(actor=boss, idea=made, decision="refused", **REASONS, based_on=began, now=DECISION)
    with pytest.raises(Outdated):
        decide(actor=boss, idea=made, decision="adopted", **OTHER, based_on=began, now=DECISION)
    assert decided() == ("refused", "Too heavy", "boss")
    assert OutboxEvent.objects.filter(name="ideas.idea.decided").count() == 1
    decide(actor=boss, idea=made, decision="refused", **REASONS, based_on=began, now=DECISION)


def test_the_desk_shows_both_decisions_and_a_second_save_replaces_the_first(boss, made, second):
    begin(made.contest, "decision")
    desk, place = f"/workbench/contests/{made.contest.slug}/", f'id="i{made.pk}"'
    sent = {"idea": made.pk, "decision": "adopted", **OTHER}
    began = version_in(second.get(desk).content.decode(), place)
    decide(actor=boss, idea=made, decision="refused", **REASONS, now=timezone.now())
    answer = second.post(desk, sent | {"version": began})
    html = answer.content.decode()
    assert (answer.status_code, decided()) == (409, ("refused", "Too heavy", "boss"))
    assert "<dd>Too heavy</dd>" in html and ">Light enough</textarea>" in html and html.count('id="now"') == 1
    assert second.post(desk, sent | {"version": version_in(html, place)}).status_code == 302
    assert decided() == ("adopted", "Light enough", "second")


def test_a_refused_decision_still_begins_from_what_was_seen(boss, made, second):
    begin(made.contest, "decision")
    desk, place = f"/workbench/contests/{made.contest.slug}/", f'id="i{made.pk}"'
    began = version_in(second.get(desk).content.decode(), place)
    decide(actor=boss, idea=made, decision="refused", **REASONS, now=timezone.now())
    sent = {"idea": made.pk, "decision": "adopted", **OTHER}
    answer = second.post(desk, sent | {"reason_en": "", "version": began})
    assert (answer.status_code, version_in(answer.content.decode(), place)) == (422, began)
    assert second.post(desk, sent).status_code == 409
    assert decided() == ("refused", "Too heavy", "boss")


def kept():
    return list(Phase.objects.values_list("kind", "starts_at"))


def moved(days):
    return [(kind, at + (DECISION - SUBMISSION) * days) for kind, at in PHASES]


def test_phases_moved_meanwhile_are_not_written_over_and_the_same_again_is_nothing(boss):
    found = contest(actor=boss)
    began = found.phases_version
    for _ in range(2):
        set_phases(actor=boss, contest=found, phases=moved(1), based_on=began, now=DRAFT)
    assert (kept(), Contest.objects.get().sequence) == (moved(1), found.sequence + 1)
    with pytest.raises(Outdated):
        set_phases(actor=boss, contest=found, phases=moved(2), based_on=began, now=DRAFT)
    assert kept() == moved(1)


def test_the_desk_shows_both_times_and_a_second_save_replaces_the_first(boss, second):
    found = contest(actor=boss)
    shift = timezone.now() - SUBMISSION + (DECISION - SUBMISSION)
    ahead = [(kind, (at + shift).replace(second=0, microsecond=0)) for kind, at in PHASES]
    Phase.objects.filter(contest=found).delete()
    Phase.objects.bulk_create([Phase(contest=found, kind=kind, starts_at=at) for kind, at in ahead])
    desk = f"/workbench/contests/{found.slug}/"
    sent = {kind: timezone.localtime(at).strftime("%Y-%m-%dT%H:%M") for kind, at in ahead[:-1]}
    mine = sent | {"results": timezone.localtime(ahead[-1][1] + (DECISION - SUBMISSION)).strftime("%Y-%m-%dT%H:%M")}
    began = version_in(second.get(desk).content.decode(), f'action="{desk}phases/"')
    theirs = [*ahead[:-1], ("results", ahead[-1][1] + 2 * (DECISION - SUBMISSION))]
    set_phases(actor=boss, contest=found, phases=theirs, now=timezone.now())
    answer = second.post(f"{desk}phases/", mine | {"version": began})
    html = answer.content.decode()
    assert (answer.status_code, kept()) == (409, theirs)
    assert f"<dd>{timezone.localtime(theirs[-1][1]).strftime('%Y-%m-%d %H:%M')}</dd>" in html
    assert f'value="{mine["results"]}"' in html and html.count('id="now"') == 1
    assert second.post(f"{desk}phases/", mine).status_code == 409
    late = second.post(f"{desk}phases/", mine | {"results": "", "version": began})
    assert (late.status_code, version_in(late.content.decode(), f'action="{desk}phases/"')) == (422, began)
    version = version_in(html, f'action="{desk}phases/"')
    assert second.post(f"{desk}phases/", mine | {"version": version}).status_code == 302
    assert kept()[-1] == ("results", ahead[-1][1] + (DECISION - SUBMISSION))
