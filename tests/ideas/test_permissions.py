"""Who may do what in a contest: role by action by phase, every cell asserted."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from community.members.api import Member, Role
from ideas.models import Idea, Vote
from tests.contests import PHASES, VOTING, begin, contest, idea
from tests.people import member, staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]

DAY = timedelta(days=1)
PHASE_OF = {"aside": "screening"}  # with the idea set aside
COLUMNS = ["guest", "member", "author", "moderator", "marketer", "agent", "manager"]
IDEA = {"title": "A lamp", "source": "Under the lid"}
DECISION = {"decision": "adopted", "reason_en": "Good", "reason_zh": "好", "version": "{decided}"}
ASIDE = {"idea": "{pk}", "act": "aside", "reason": "Twice here"}
BACK = {"idea": "{pk}", "act": "back"}
TITLES = {"title_en": "Trunks", "title_zh": "后备箱", "version": "{called}"}
TIMES = {kind: f"2031-0{number + 1}-01T08:00" for number, (kind, _at) in enumerate(PHASES)}
MOVED = TIMES | {"version": "{moved}"}

# method, address, phase, data; then guest, member, author, moderator, marketer, agent, manager:
# ok (done or shown), in (asked to sign in), up (led to the page the act belongs to), or the status of the refusal.
TABLE = [
    ("get", "/contests/{slug}/", "draft", {}, "404 404 404 404 404 404 ok"),
    ("get", "/contests/{slug}/", "submission", {}, "ok ok ok ok ok ok ok"),
    ("get", "/contests/{slug}/since/", "draft", {}, "404 404 404 404 404 404 ok"),
    ("get", "{idea}", "draft", {}, "404 404 404 404 404 404 ok"),
    ("get", "{idea}", "submission", {}, "ok ok ok ok ok ok ok"),
    ("get", "/contests/{slug}/results/", "voting", {}, "404 404 404 404 404 404 404"),
    ("get", "/contests/{slug}/results/", "decision", {}, "404 404 404 404 404 404 404"),
    ("get", "/contests/{slug}/results/", "results", {}, "ok ok ok ok ok ok ok"),
    ("post", "/contests/{slug}/new/", "draft", IDEA, "in 404 404 404 404 404 409"),
    ("get", "/contests/{slug}/new/", "submission", {}, "in ok ok ok ok ok ok"),
    ("post", "/contests/{slug}/new/", "submission", IDEA, "in ok ok ok ok ok ok"),
    ("get", "/contests/{slug}/new/", "voting", {}, "in 409 409 409 409 409 409"),
    ("post", "/contests/{slug}/new/", "voting", IDEA, "in 409 409 409 409 409 409"),
    ("get", "/ideas/{pk}/do/edit/", "submission", {}, "in 403 ok 403 403 403 403"),
    ("post", "/ideas/{pk}/do/edit/", "submission", IDEA | {"version": "{version}"}, "in 403 ok 403 403 403 403"),
    ("post", "/ideas/{pk}/do/edit/", "voting", IDEA, "in 403 409 403 403 403 403"),
    ("post", "/ideas/{pk}/do/withdraw/", "submission", {}, "in 403 ok ok 403 403 403"),
    ("post", "/ideas/{pk}/do/withdraw/", "voting", {}, "in 403 409 ok 403 403 403"),
    ("post", "/ideas/{pk}/do/vote/", "submission", {}, "in 409 409 409 409 409 409"),
    ("post", "/ideas/{pk}/do/vote/", "voting", {}, "in ok 403 ok ok ok ok"),
    ("get", "/ideas/{pk}/do/vote/", "voting", {}, "up up up up up up up"),
    ("post", "/ideas/{pk}/do/vote/", "decision", {}, "in 409 409 409 409 409 409"),
    ("post", "/ideas/{pk}/do/vote/", "voting", {"act": "withdraw"}, "in ok ok ok ok ok ok"),
    ("post", "/ideas/{pk}/do/vote/", "decision", {"act": "withdraw"}, "in 409 409 409 409 409 409"),
    ("get", "/workbench/contests/", "voting", {}, "in 403 403 403 403 403 ok"),
    ("get", "/workbench/contests/{slug}/", "draft", {}, "in 403 403 403 403 403 ok"),
    ("post", "/workbench/contests/{slug}/", "voting", {**DECISION, "idea": "{pk}"}, "in 403 403 403 403 403 409"),
    ("post", "/workbench/contests/{slug}/", "decision", {**DECISION, "idea": "{pk}"}, "in 403 403 403 403 403 ok"),
    ("post", "/workbench/contests/{slug}/screening/", "submission", ASIDE, "in 403 403 403 403 403 ok"),
    ("post", "/workbench/contests/{slug}/screening/", "screening", ASIDE, "in 403 403 403 403 403 ok"),
    ("post", "/workbench/contests/{slug}/screening/", "voting", ASIDE, "in 403 403 403 403 403 409"),
    ("post", "/workbench/contests/{slug}/screening/", "aside", BACK, "in 403 403 403 403 403 ok"),
    ("get", "/workbench/contests/{slug}/screening/", "screening", {}, "up up up up up up up"),
    ("post", "/contests/{slug}/new/", "screening", IDEA, "in 409 409 409 409 409 409"),
    ("post", "/ideas/{pk}/do/vote/", "screening", {}, "in 409 409 409 409 409 409"),
    ("get", "{idea}", "aside", {}, "404 404 ok 404 404 404 ok"),
    ("post", "/ideas/{pk}/do/vote/", "aside", {}, "in 404 409 404 404 404 409"),
    ("post", "/workbench/contests/{slug}/phases/", "draft", MOVED, "in 403 403 403 403 403 ok"),
    ("get", "/workbench/contests/{slug}/phases/", "draft", {}, "up up up up up up up"),
    ("get", "/workbench/contests/{slug}/export/", "draft", {}, "in 403 403 403 403 403 ok"),
    ("post", "/workbench/contests/{slug}/titles/", "draft", TITLES, "in 403 403 403 403 403 ok"),
    ("post", "/workbench/contests/{slug}/titles/", "results", TITLES, "in 403 403 403 403 403 ok"),
]


def build_world():
    """A contest with an idea, and somebody of every kind."""
    found = contest(actor=staff(Role.BRAND_MANAGER, "a-manag"))
    member("a-membe")
    staff(Role.MODERATOR, "a-moder")
    staff(Role.MARKETER, "a-marke")
    staff(Role.SERVICE_AGENT, "a-agent")
    return found, idea(found, member("a-autho"))


@pytest.mark.parametrize("column", COLUMNS)
@pytest.mark.parametrize(("method", "address", "phase", "data", "row"), TABLE)
def test_each_cell_of_the_table(world, column, method, address, phase, data, row):
    found, made = world
    if phase in {"screening", "aside"}:
        found.phases.create(kind="screening", starts_at=VOTING - DAY)
    found = begin(found, "submission", ago=-DAY) if phase == "draft" else begin(found, PHASE_OF.get(phase, phase))
    if phase == "aside":
        Idea.objects.update(set_aside_at=VOTING - DAY, set_aside_reason="Twice here")
    client, expected = Client(), row.split()[COLUMNS.index(column)]
    if column != "guest":
        client.force_login(Member.objects.get(username=f"a-{column[:5]}"))
    before = state()
    names = {
        "slug": found.slug,
        "pk": made.pk,
        "idea": made.get_absolute_url(),
        "version": made.version,
        "called": found.version,
        "decided": made.decision_version,
        "moved": found.phases_version,
    }
    filled = {key: value.format(**names) for key, value in data.items()}
    response = getattr(client, method)(address.format(**names), filled)
    assert outcome(response, method, address.format(**names)) == expected
    if expected != "ok":
        assert state() == before


def outcome(response, method: str, address: str) -> str:
    if method == "get" and response.status_code == 302 and address.startswith(response["Location"]):
        return "up"
    if response.status_code == 302 and response["Location"].startswith("/account/login/"):
        return "in"
    return "ok" if response.status_code in {200, 302} else str(response.status_code)


def state() -> tuple[list, list]:
    ideas = Idea.objects.order_by("pk").values_list("title", "withdrawn_at", "set_aside_at", "vote_count", "decision")
    return list(ideas), list(Vote.objects.values_list("voter_id", "idea_id"))
