"""Contests and ideas as pages."""

from __future__ import annotations

import csv
import io
import re
from datetime import timedelta
from functools import partial

import pytest
from django.test import Client
from django.utils import timezone

from community.kernel.api import now
from community.members.api import Role, erase_member
from crm_bridge.models import AccessEntry
from ideas import services
from ideas.models import Contest, Idea, Vote
from ideas.queries import Tally
from ideas.services import cast_vote, decide
from tests.contests import DECISION, VOTING, begin, contest, idea, votes
from tests.people import member, staff

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def order(client: Client, where: Contest) -> list[str]:
    return [card.idea.title for card in client.get(where.get_absolute_url()).context["cards"]]


def many_ideas(count: int) -> Contest:
    found = contest()
    for number in range(count):
        idea(found, title=f"Idea {number}")
    return found


@pytest.mark.parametrize("count", [1, 3])
def test_a_contest_page_costs_the_same_for_any_number_of_ideas(client, count, django_assert_num_queries):
    found = begin(many_ideas(count), "voting")
    client.get(found.get_absolute_url())
    # contest, phases, brief, the order, the page's ideas, authors in two
    with django_assert_num_queries(7):
        assert len(order(client, found)) == count


@pytest.mark.parametrize("count", [1, 3])
def test_an_open_page_repairs_itself_at_constant_cost(client, count, django_assert_num_queries):
    found = begin(many_ideas(count), "voting")
    with django_assert_num_queries(6):
        assert client.get(f"/contests/{found.slug}/since/").content.decode().count("<article") == count


@pytest.mark.parametrize("count", [1, 3])
def test_results_cost_the_same_for_any_number_of_ideas(client, count, django_assert_num_queries):
    found = begin(many_ideas(count), "results")
    # contest, phases, the order, ideas, two for the cards, the result in numbers, the curve
    with django_assert_num_queries(8):
        html = client.get(f"/contests/{found.slug}/results/").content.decode()
    assert html.count('<th scope="row" class="c1"') == count


@pytest.mark.parametrize(("phase", "queries"), [("voting", 4), ("results", 6)])
def test_an_idea_costs_the_same_whatever_else_is_there(client, phase, queries, django_assert_num_queries):
    found = many_ideas(5)
    begin(found, phase)
    one = Idea.objects.first()
    client.get(one.get_absolute_url())
    # idea with its contest, phases, two for the card; once counts are shown its place and its curve
    with django_assert_num_queries(queries):
        client.get(one.get_absolute_url())


@pytest.mark.parametrize("count", [1, 3])
def test_the_list_of_contests_costs_the_same_for_any_number(client, count, django_assert_num_queries):
    boss = staff(Role.BRAND_MANAGER)
    for number in range(count):
        begin(contest(f"contest-{number}", actor=boss), "submission")
    # contests, phases, briefs, ideas in numbers
    with django_assert_num_queries(4):
        assert len(client.get("/ideas/").context["rows"]) == count


@pytest.mark.parametrize("count", [1, 3])
def test_the_desk_costs_the_same_for_any_number(count, django_assert_num_queries):
    found, boss = many_ideas(count), staff(Role.BRAND_MANAGER, "boss")
    client = signed_in(boss)
    client.get("/workbench/contests/")
    with django_assert_num_queries(8):
        assert len(client.get("/workbench/contests/").context["rows"]) == 1
    with django_assert_num_queries(13):
        assert len(client.get(f"/workbench/contests/{found.slug}/").context["cards"]) == count


def test_every_reader_has_an_order_of_their_own_that_stays(client):
    found = begin(many_ideas(9), "voting")
    first = order(client, found)
    assert [order(client, found) for _ in range(3)] == [first] * 3
    guests = {tuple(order(Client(), found)) for _ in range(8)}
    assert len(guests) > 1
    assert {tuple(sorted(one)) for one in guests} == {tuple(sorted(first))}
    person = member()
    assert order(signed_in(person), found) == order(signed_in(person), found)


def test_a_foreign_order_mark_does_no_harm(client):
    found = begin(many_ideas(3), "voting")
    client.cookies["ideas_order"] = "x" * 5000
    assert len(order(client, found)) == 3


def test_results_are_ordered_by_votes_then_by_age(client):
    found = contest()
    first, second, third = (idea(found, title=title) for title in ("First", "Second", "Third"))
    votes(second, 2)
    votes(third, 1)
    votes(first, 1)
    found = begin(found, "results")
    page = client.get(f"/contests/{found.slug}/results/")
    assert [(card.idea.title, card.votes) for card in page.context["cards"]] == [
        ("Second", 2),
        ("First", 1),
        ("Third", 1),
    ]
    assert page.context["total"] == 4


@pytest.mark.parametrize("title", ["Vote", "Edit", "Withdraw", "do", "Do", "..", "/", "?", "%2e%2e", "🚗"])
def test_an_idea_may_have_any_title_and_still_has_its_page(client, title):
    found = contest()
    made = idea(found, title=title)
    begin(found, "voting")
    page = client.get(made.get_absolute_url())
    assert (page.status_code, page.context["idea"].pk) == (200, made.pk)


def test_a_vote_works_without_javascript_and_returns_to_the_idea():
    found, voter = contest(), member()
    made = idea(found)
    begin(found, "voting")
    answer = signed_in(voter).post(f"/ideas/{made.pk}/do/vote/")
    assert (answer.status_code, answer["Location"]) == (302, made.get_absolute_url())
    assert Vote.objects.get().voter_id == voter.pk


def buttons(html: str) -> list[tuple[int, str, bool]]:
    """The buttons of an answer: of which idea, whether pressed, whether for another place than the one that asked."""
    forms = re.findall(r'<form ([^>]*id="vote(\d+)"[^>]*)>.*?aria-pressed="(\w+)"', html, re.DOTALL)
    return [(int(pk), pressed, "hx-swap-oob" in form) for form, pk, pressed in forms]


def test_a_vote_is_answered_with_the_button_that_was_pressed_and_the_one_before():
    found = many_ideas(40)
    one, two, gone = Idea.objects.order_by("pk")[:3]
    begin(found, "voting")
    client = signed_in(member())

    def press(target, **data):
        answer = client.post(f"/ideas/{target.pk}/do/vote/", data, headers={"HX-Request": "true"})
        html = answer.content.decode()
        return buttons(html), 'id="my-vote" data-voted hx-swap-oob="true"' in html

    assert press(one) == ([(one.pk, "true", False)], True)
    assert press(one) == ([(one.pk, "true", False)], True)
    assert press(two) == ([(two.pk, "true", False), (one.pk, "false", True)], True)
    assert press(two, act="withdraw") == ([(two.pk, "false", False)], False)
    assert press(gone)[0] == [(gone.pk, "true", False)]
    Idea.objects.filter(pk=gone.pk).update(withdrawn_at=now())
    assert press(two) == ([(two.pk, "true", False)], True)


def test_a_contest_shows_a_page_of_its_ideas_each_once_at_a_literal_number_of_queries(django_assert_num_queries):
    found = begin(many_ideas(100), "voting")
    client, url = Client(), found.get_absolute_url()
    client.get(url)
    seen = []
    for page, count in ((1, 30), (2, 30), (3, 30), (4, 10)):
        with django_assert_num_queries(7):
            answer = client.get(f"{url}?page={page}")
        titles = [card.idea.title for card in answer.context["cards"]]
        repair = f"/contests/{found.slug}/since/{f'?page={page}' if page > 1 else ''}"
        assert f'data-live-repair="{repair}"' in answer.content.decode()
        with django_assert_num_queries(6):
            again = client.get(repair)
        assert [card.idea.title for card in again.context["cards"]] == titles
        assert len(titles) == count
        seen += titles
    assert sorted(seen) == sorted(f"Idea {number}" for number in range(100))
    last = client.get(f"{url}?page=99").context["cards"]
    assert [card.idea.title for card in last] == seen[90:]
    for page in ("0", "-1", "x", "9" * 30):
        assert [card.idea.title for card in client.get(f"{url}?page={page}").context["cards"]] == seen[:30]


def test_the_order_of_a_reader_stays_when_an_idea_is_taken_out():
    found, client = begin(many_ideas(9), "voting"), signed_in(member())
    first = order(client, found)
    Idea.objects.filter(title=first[4]).update(withdrawn_at=now())
    assert order(client, found) == first[:4] + first[5:]


@pytest.mark.parametrize(
    ("words", "titles"),
    [
        ("BOX", ["A wet box"]),
        ("收纳", ["防水收纳箱"]),
        ("%", ["100% cover"]),
        ("wet\0 box ", ["A wet box"]),
        ("zzz", []),
    ],
)
def test_ideas_are_looked_for_within_a_contest_in_either_language(words, titles, django_assert_num_queries):
    found = contest()
    for title in ("A wet box", "防水收纳箱", "100% cover"):
        idea(found, title=title)
    idea(contest("other", actor=staff(Role.BRAND_MANAGER, "second")), title="Another box, 收纳, 100%")
    begin(found, "voting")
    client, url = Client(), found.get_absolute_url()
    client.get(url)
    with django_assert_num_queries(8 if titles else 5):
        page = client.get(url, {"q": words})
    html = page.content.decode()
    assert [card.idea.title for card in page.context["cards"]] == titles
    assert ("See 3 ideas" in html, "No ideas match these words." in html) == (True, not titles)
    since = client.get(f"/contests/{found.slug}/since/", {"q": words})
    assert since.content.decode().count("<article") == len(titles)


def test_results_come_page_by_page_with_the_winners_and_figures_on_the_first(django_assert_num_queries):
    found = many_ideas(70)
    votes(Idea.objects.get(title="Idea 69"), 2), votes(Idea.objects.get(title="Idea 5"), 1)
    begin(found, "results")
    client, url = Client(), f"/contests/{found.slug}/results/"
    first, second, third = (client.get(f"{url}?page={page}") for page in (1, 2, 3))
    titles = [card.idea.title for page in (first, second, third) for card in page.context["cards"]]
    others = [f"Idea {number}" for number in range(70) if number not in {5, 69}]
    assert titles == ["Idea 69", "Idea 5", *others]
    assert [len(page.context["first"]) for page in (first, second, third)] == [3, 0, 0]
    assert ['id="figures"' in page.content.decode() for page in (first, second, third)] == [True, False, False]
    assert [page.context["total"] for page in (first, second, third)] == [3, 3, 3]
    assert [first.context["lines"][at][1] for at in range(3)] == [100, 50, 0]
    with django_assert_num_queries(7):
        client.get(f"{url}?page=2")


def test_the_desk_decides_page_by_page_and_comes_back_to_the_idea(django_assert_num_queries):
    found, boss = many_ideas(100), signed_in(staff(Role.BRAND_MANAGER, "boss"))
    begin(found, "decision")
    url = f"/workbench/contests/{found.slug}/"
    with django_assert_num_queries(13):
        page = boss.get(f"{url}?page=2")
    assert [card.idea.number for card in page.context["cards"]] == list(range(31, 61))
    target = Idea.objects.get(number=45)
    data = {"idea": target.pk, "decision": "adopted", "reason_en": "Good", "reason_zh": ""}
    refused = boss.post(url, data)
    assert (refused.status_code, refused.context["ideas"].page) == (422, 2)
    version = {"version": target.decision_version}
    assert boss.post(url, data | version | {"reason_zh": "好"})["Location"] == f"{url}?page=2#i{target.pk}"


def test_undo_on_a_page_of_before_leaves_the_vote_where_it_was_moved():
    found, voter = contest(), member()
    one, two = idea(found), idea(found, title="A ramp")
    begin(found, "voting")
    client = signed_in(voter)
    for pressed in (one, two):
        client.post(f"/ideas/{pressed.pk}/do/vote/")
    undo = partial(client.post, f"/ideas/{one.pk}/do/vote/", {"act": "withdraw"})
    assert undo()["Location"] == one.get_absolute_url()
    shown, other = undo(headers={"HX-Request": "true"}).content.decode().split(f'id="vote{two.pk}"')
    assert Vote.objects.values_list("voter_id", "idea_id").get() == (voter.pk, two.pk)
    assert "Move my vote here" in shown and 'aria-pressed="true"' in other
    assert "You voted. You may move your vote until the close." in other


@pytest.mark.parametrize("sent", [{}, {"act": "withdraw"}], ids=["vote", "undo"])
def test_a_vote_for_an_idea_that_is_taken_back_at_that_moment_is_gone(monkeypatch, sent):
    found, voter = contest(), member()
    made = idea(found)
    begin(found, "voting")
    act = "withdraw_vote" if sent else "cast_vote"
    real, boss = getattr(services, act), staff(Role.MODERATOR)

    def overtaken(**asked):
        real(**asked)
        services.withdraw_idea(author=boss, idea=made, now=asked["now"])

    monkeypatch.setattr(services, act, overtaken)
    answer = signed_in(voter).post(f"/ideas/{made.pk}/do/vote/", sent, headers={"HX-Request": "true"})
    assert (answer.status_code, answer.content.decode()) == (410, "This idea was taken back.")


def test_a_form_that_came_too_late_keeps_what_was_written():
    found = begin(contest(), "voting")
    page = signed_in(member()).post(f"/contests/{found.slug}/new/", {"title": "Late", "source": "But long"})
    assert (page.status_code, "But long" in page.content.decode()) == (409, True)
    assert Idea.objects.count() == 0


@pytest.mark.parametrize("sent", ["abc", "", "-1", "0", "1e3", "٣", "9" * 18, "9" * 400])
def test_a_decision_about_no_idea_is_not_found(sent):
    found = begin(contest(), "decision")
    data = {"idea": sent, "decision": "adopted", "reason_en": "x", "reason_zh": "x"}
    boss = signed_in(staff(Role.BRAND_MANAGER, "boss"))
    assert boss.post(f"/workbench/contests/{found.slug}/", data).status_code == 404


def test_a_decision_about_an_idea_of_another_contest_is_not_found():
    boss = staff(Role.BRAND_MANAGER, "boss")
    found, other = contest(actor=boss), contest("other", actor=boss)
    made = idea(other)
    begin(found, "decision")
    data = {"idea": made.pk, "decision": "adopted", "reason_en": "x", "reason_zh": "x"}
    assert signed_in(boss).post(f"/workbench/contests/{found.slug}/", data).status_code == 404


def test_a_refused_decision_says_why_and_keeps_the_reason():
    boss, found = staff(Role.BRAND_MANAGER, "boss"), contest()
    made = idea(found)
    begin(found, "decision")
    data = {"idea": made.pk, "decision": "adopted", "reason_en": "Because it fits", "reason_zh": ""}
    page = signed_in(boss).post(f"/workbench/contests/{found.slug}/", data)
    html = page.content.decode()
    assert (page.status_code, "Because it fits" in html, "This field is required." in html) == (422, True, True)
    assert Idea.objects.get().decision == ""


def test_a_manager_opens_a_contest_and_a_taken_address_is_refused():
    client = signed_in(staff(Role.BRAND_MANAGER, "boss"))
    data = {
        "slug": "lights",
        "title_en": "Lights",
        "title_zh": "灯",
        "submission": "2031-01-01T08:00",
        "voting": "2031-02-01T08:00",
        "decision": "2031-03-01T08:00",
        "results": "2031-04-01T08:00",
    }
    assert client.post("/workbench/contests/", data)["Location"] == "/workbench/contests/lights/"
    assert client.post("/workbench/contests/", data)["Location"] == "/workbench/contests/lights/"  # pressed twice
    again = client.post("/workbench/contests/", {**data, "title_en": "Other lights"})
    assert (again.status_code, again.context["form"].errors["slug"]) == (422, ["Another contest has this address."])
    backwards = {**data, "slug": "backwards", "voting": "2030-01-01T08:00"}
    assert client.post("/workbench/contests/", backwards).status_code == 422
    assert list(Contest.objects.values_list("slug", flat=True)) == ["lights"]


def test_phases_moved_after_the_first_vote_are_refused_with_a_reason():
    found, boss = contest(), staff(Role.BRAND_MANAGER, "boss")
    made = idea(found)
    begin(found, "voting")
    cast_vote(voter=member(), idea=made, now=now())
    data = {kind: f"2031-0{n}-01T08:00" for n, kind in enumerate(["submission", "voting", "decision", "results"], 1)}
    page = signed_in(boss).post(f"/workbench/contests/{found.slug}/phases/", data)
    assert page.status_code == 409
    assert "the phases are fixed" in page.content.decode()


def test_the_export_is_a_table_no_spreadsheet_will_run():
    boss, found = staff(Role.BRAND_MANAGER, "boss"), contest()
    made = idea(found, member("eve"), title="=HYPERLINK(1)")
    votes(made, 2)
    decide(actor=boss, idea=made, decision="adopted", reason_en="@x", reason_zh="好", now=DECISION)
    begin(found, "results")
    answer = signed_in(boss).get(f"/workbench/contests/{found.slug}/export/")
    rows = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    shown = [(row["title"], row["author"], row["votes"], row["decision"], row["reason_en"]) for row in rows]
    assert shown == [("'=HYPERLINK(1)", "eve", "2", "adopted", "'@x")]


def test_each_whose_name_is_in_the_export_can_read_who_took_it():
    boss, found = staff(Role.BRAND_MANAGER, "boss"), contest()
    eve, gone = member("eve"), member("gone")
    for author in (eve, eve, boss, gone):
        idea(found, author)
    erase_member(member=gone, now=now())
    url = f"/workbench/contests/{found.slug}/export/"
    assert signed_in(eve).get(url).status_code == 403
    assert not AccessEntry.objects.exists()
    signed_in(boss).get(url)
    looks = AccessEntry.objects.values_list("member_id", "actor_id", "actor_title", "kind", "purpose")
    assert list(looks) == [(eve.pk, boss.pk, "brand_manager", "exported", "")]


@pytest.mark.parametrize("rows", [2, 12])
def test_the_export_asks_a_literal_number_of_queries(django_assert_num_queries, rows):
    found, client = contest(), signed_in(staff(Role.BRAND_MANAGER, "boss"))
    for number in range(rows):
        votes(idea(found, title=f"Idea {number}"), 1)
    begin(found, "results")
    with django_assert_num_queries(9):
        answer = client.get(f"/workbench/contests/{found.slug}/export/")
    table = list(csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig"))))
    assert [row["votes"] for row in table] == ["1"] * rows


def test_a_moderator_is_asked_about_another_persons_idea_and_an_author_about_their_own():
    found, author = contest(), member()
    made = idea(found, author)
    begin(found, "submission")
    asked = [
        signed_in(person).get(f"/ideas/{made.pk}/do/withdraw/").content.decode()
        for person in (author, staff(Role.MODERATOR))
    ]
    assert ["Take this idea back?" in html for html in asked] == [True, False]
    assert ["Remove this idea as moderator?" in html for html in asked] == [False, True]


def test_a_withdrawn_idea_is_nowhere(client):
    found = contest()
    made = idea(found)
    idea(found, title="A ramp")
    Idea.objects.filter(pk=made.pk).update(withdrawn_at=now())
    found = begin(found, "results")
    assert client.get(made.get_absolute_url()).status_code == 404
    assert order(client, found) == ["A ramp"]
    assert [card.idea.title for card in client.get(f"/contests/{found.slug}/results/").context["cards"]] == ["A ramp"]


def test_addresses_with_numbers_out_of_reach_are_not_found(client):
    assert client.get(f"/ideas/{'9' * 30}/x/").status_code == 404
    assert client.get("/contests/nothing-here/").status_code == 404


def test_the_curve_ends_at_the_result_and_says_the_same_as_a_table(client):
    found = contest()
    made = idea(found)
    votes(made, 2)
    Vote.objects.filter(pk=Vote.objects.first().pk).update(at=VOTING + timedelta(days=2))
    begin(found, "results")
    page = client.get(made.get_absolute_url())
    points = page.context["curve"].points
    assert [(point.day - points[0].day).days for point in points] == list(range(len(points)))
    assert [point.votes for point in points[:4]] == [1, 1, 2, 2]
    assert points[-1].votes == page.context["card"].votes == 2
    html = page.content.decode()
    assert html.count('<td class="num">') == len(points)
    assert 'aria-label="Votes grew to 2 between' in html


@pytest.mark.parametrize("phase", ["submission", "voting", "decision"])
def test_there_is_no_curve_and_no_place_before_counts_are_shown(client, phase):
    found = contest()
    made = idea(found)
    votes(made, 2)
    begin(found, phase)
    page = client.get(made.get_absolute_url())
    assert (page.context["curve"], page.context["place"], 'class="spark"' in page.content.decode()) == (
        None,
        None,
        False,
    )


def test_equals_share_a_place(client):
    found = contest()
    first, second, third = (idea(found, title=title) for title in ("First", "Second", "Third"))
    votes(second, 2), votes(third, 1), votes(first, 1)
    begin(found, "results")
    assert [client.get(one.get_absolute_url()).context["place"] for one in (second, first, third)] == [
        (1, 3),
        (2, 3),
        (2, 3),
    ]


def test_a_decision_is_signed_by_who_made_it(client):
    boss, found = staff(Role.BRAND_MANAGER, "boss"), contest()
    made = idea(found)
    decide(actor=boss, idea=made, decision="considered", reason_en="Soon", reason_zh="快了", now=DECISION)
    for phase, shown in (("decision", False), ("results", True)):
        begin(found, phase)
        html = client.get(made.get_absolute_url()).content.decode()
        assert [text in html for text in ("In the works", "Norling decided", ">boss<")] == [shown] * 3


def test_what_became_of_all_ideas_is_counted_where_it_may_be_known(client):
    boss, author = staff(Role.BRAND_MANAGER, "boss"), member("author")
    over, running = contest(actor=boss), contest("other", actor=boss)
    for where in (over, running):
        for title, decision in (("One", "adopted"), ("Two", "refused"), ("Three", "")):
            made = idea(where, author, title=title)
            if decision:
                decide(actor=boss, idea=made, decision=decision, reason_en="So", reason_zh="如此", now=DECISION)
    begin(over, "results"), begin(running, "decision")
    page = signed_in(author).get("/ideas/")
    assert page.context["sum"] == Tally(ideas=6, own=6, answered=2, adopted=1)
    assert [row["contest"].slug for row in page.context["open"]] == ["other"]
    assert signed_in(member()).get("/ideas/").context["sum"].own == client.get("/ideas/").context["sum"].own == 0


def test_a_contest_without_ideas_offers_none_to_see(client):
    boss = staff(Role.BRAND_MANAGER, "boss")
    begin(contest(actor=boss), "voting")
    assert "See 0 ideas" not in client.get("/ideas/").content.decode()
    other = contest("other", actor=boss)
    idea(other)
    begin(other, "voting")
    assert "See 1 idea\n" in client.get("/ideas/").content.decode()


def test_a_contest_that_is_over_has_no_now_and_one_that_runs_says_how_long(client):
    found = contest()
    running = client.get(begin(found, "voting").get_absolute_url()).content.decode()
    assert [running.count('class="tk-now"'), "10 days left" in running] == [1, True]
    over = client.get(begin(found, "results").get_absolute_url()).content.decode()
    assert [over.count('class="tk-now"'), " left" in over] == [0, False]


def test_while_it_is_decided_a_contest_says_when_counts_come(client):
    found = contest()
    idea(found)
    found = begin(found, "decision")
    day = timezone.localtime(found.phases.get(kind="results").starts_at)
    assert f"Counts come with the results on {day.day}\u00a0" in client.get(found.get_absolute_url()).content.decode()
