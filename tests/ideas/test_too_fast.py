"""Whoever changes things at the desk faster than a person can finds what they wrote in the form still."""

from __future__ import annotations

import pytest

from clubs.api import ensure_club
from community.kernel.limits import LIMITS
from community.members.api import Role
from tests.contests import begin, contest, idea
from tests.people import THEN, staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
DAYS = {kind: f"2031-0{n}-01T08:00" for n, kind in enumerate(["submission", "voting", "decision", "results"], 1)}
WRITTEN = "Just_typed"


@pytest.fixture
def boss(client, monkeypatch):
    person = staff(Role.BRAND_MANAGER, "boss")
    client.force_login(person)
    for action in ("desk", "edit"):
        monkeypatch.setitem(LIMITS, action, (0, LIMITS[action][1]))
    return person


def sent_to_ideas(boss):
    found = contest(actor=boss)
    made, other = idea(found), idea(begin(contest("other", actor=boss), "submission"))
    deciding = begin(found, "decision")
    desk = f"/workbench/contests/{deciding.slug}/"
    reasons = {"reason_en": WRITTEN, "reason_zh": "好", "version": made.decision_version}
    return [
        ("/workbench/contests/", {"slug": "lights", "title_en": WRITTEN, "title_zh": "灯", **DAYS}),
        (desk, {"idea": made.pk, "decision": "adopted", **reasons}),
        (f"{desk}phases/", DAYS | {"results": "2031-04-07T08:00", "version": deciding.phases_version}),
        (f"{desk}titles/", {"title_en": WRITTEN, "title_zh": "灯", "version": deciding.version}),
        ("/workbench/contests/other/screening/", {"idea": other.pk, "act": "aside", "reason": WRITTEN}),
    ]


def sent_to_clubs(boss):
    found = ensure_club(slug="touring", title_en="Touring", title_zh="旅行", now=THEN)
    titles = {"title_en": WRITTEN, "title_zh": "旅行"}
    about = {"about_en": WRITTEN, "about_zh": "关于"}
    return [
        ("/workbench/clubs/new/", titles | about | {"slug": "tents", "kind": "circle"}),
        ("/workbench/clubs/touring/", titles | about | {"keywords": "", "version": found.version}),
        ("/workbench/clubs/touring/roles/", {"username": WRITTEN, "role": "host"}),
        ("/clubs/touring/about/", about | {"version": found.version}),
    ]


@pytest.mark.parametrize("sent_to", [sent_to_ideas, sent_to_clubs])
def test_what_was_typed_too_fast_is_in_the_form(client, boss, sent_to):
    for address, sent in sent_to(boss):
        answer = client.post(address, sent)
        html = answer.content.decode()
        assert (answer.status_code, "That was a lot at once." in html) == (429, True), address
        assert (WRITTEN if WRITTEN in sent.values() else "2031-04-07T08:00") in html, address
