"""A decision that was refused stands in the form as it was sent, and a reason is as long as its writer was told."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from community.members.api import Role
from ideas.models import Idea
from ideas.services import MAX_REASON, decide, edit_idea
from tests.contests import DECISION, SUBMISSION, begin, contest, idea
from tests.people import staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


@pytest.fixture
def desk():
    """The brand manager's browser, a contest, and an idea of it that was refused before."""
    boss = staff(Role.BRAND_MANAGER, "boss")
    found = contest(actor=boss)
    made, _other = idea(found), idea(found, title="A ramp")
    decide(actor=boss, idea=made, decision="refused", reason_en="Too heavy", reason_zh="太重", now=DECISION)
    begin(found, "decision")
    client = Client()
    client.force_login(boss)
    return client, f"/workbench/contests/{found.slug}/", made


def chosen(answer, made):
    """What a browser shows of the decision: the option marked, or without one the first."""
    select = answer.content.decode().split(f'<select id="d{made.pk}"')[1].split("</select>")[0]
    options = re.findall(r'<option value="(\w*)"\s*(selected)?\s*>', select)
    marked = [value for value, selected in options if selected]
    assert (len(options), len(marked) <= 1) == (3, True)
    return marked[0] if marked else options[0][0]


@pytest.mark.parametrize("before", ["refused", ""])
@pytest.mark.parametrize("sent", ["refused", "considered", "adopted"])
@pytest.mark.parametrize("reason", ["   ", "", "x" * (MAX_REASON + 1)])
def test_after_an_error_the_decision_that_was_sent_is_chosen(desk, before, sent, reason):
    client, url, made = desk
    Idea.objects.filter(pk=made.pk).update(decision=before)
    data = {"idea": made.pk, "decision": sent, "reason_en": reason, "reason_zh": "好"}
    answer = client.post(url, data)
    assert (answer.status_code, chosen(answer, made)) == (422, sent)
    made.refresh_from_db()
    assert made.decision == before


def test_the_form_of_another_idea_keeps_what_was_decided_of_it(desk):
    client, url, made = desk
    other = Idea.objects.get(title="A ramp")
    data = {"idea": other.pk, "decision": "considered", "reason_en": "", "reason_zh": ""}
    answer = client.post(url, data)
    assert (chosen(answer, other), chosen(answer, made)) == ("considered", "refused")


def test_a_reason_is_counted_as_its_writer_counts_it(desk):
    client, url, made = desk
    text = "\n".join(["a" * 100] * 19) + "\n" + "b" * (MAX_REASON - 1 - 19 * 101)
    assert len(text) == MAX_REASON - 1
    sent = text.replace("\n", "\r\n")
    assert len(sent) == 2018
    data = {"idea": made.pk, "decision": "considered", "reason_en": sent, "reason_zh": sent}
    data["version"] = Idea.objects.get(pk=made.pk).decision_version
    assert client.post(url, data).status_code == 302
    made.refresh_from_db()
    assert (made.decision, made.reason_en, made.reason_zh) == ("considered", text, text)


def test_the_services_count_a_break_as_one_too():
    boss = staff(Role.BRAND_MANAGER, "boss")
    made, sent = idea(contest(actor=boss)), "a\r\n" * (MAX_REASON // 2)
    assert "\r" not in edit_idea(author=made.author, idea=made, title="A", source=sent, now=SUBMISSION).source
    decide(actor=boss, idea=made, decision="adopted", reason_en=sent, reason_zh=sent, now=DECISION)
    made.refresh_from_db()
    assert made.reason_en == made.reason_zh == sent.replace("\r\n", "\n").strip()
