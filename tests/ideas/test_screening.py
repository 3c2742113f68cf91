"""Before the vote the brand looks through the ideas and sets some aside, with a reason to their authors."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.contrib.auth.models import AnonymousUser
from django.test import Client

from community.inbox.models import Notification
from community.kernel.api import Conflict, Gone, Invalid, NotAllowed, now
from community.kernel.models import OutboxEvent
from community.members.api import Role, erase_member
from community.search.api import search_content
from ideas import services
from ideas.models import Contest, Idea, Phase
from ideas.receivers import explain
from tests.contests import DECISION, PHASES, SUBMISSION, VOTING, begin, contest, idea
from tests.people import member, staff
from tests.relay import drain

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
SCREENING = VOTING - timedelta(days=3)
WITH_SCREENING = sorted([*PHASES, ("screening", SCREENING)], key=lambda phase: phase[1])
WHY = "It is <b>twice</b> here."
TIMES = {kind: f"2031-0{number + 1}-01T08:00" for number, (kind, _at) in enumerate(PHASES)}


@pytest.fixture
def boss():
    return staff(Role.BRAND_MANAGER, "boss")


@pytest.fixture
def found(boss):
    made = contest(actor=boss)
    services.set_phases(actor=boss, contest=made, phases=WITH_SCREENING, now=SUBMISSION - timedelta(days=1))
    return made


def signed_in(person) -> Client:
    client = Client()
    client.force_login(person)
    return client


def aside(target, boss, reason=WHY, at=SCREENING):
    services.set_aside(actor=boss, idea=target, reason=reason, now=at)


def told():
    drain()
    return list(Notification.objects.order_by("pk").values_list("recipient__username", "kind", "title"))


def hits(words):
    drain()
    return [hit.found.title for hit in search_content(words, viewer=AnonymousUser()).hits]


def test_in_screening_nobody_hands_in_changes_or_votes(found):
    author = member()
    made = idea(found, author)
    refused = (
        lambda: services.submit_idea(author=member(), contest=found, title="Late", source="Late", now=SCREENING),
        lambda: services.edit_idea(author=author, idea=made, title="Other", source="Other", now=SCREENING),
        lambda: services.withdraw_idea(author=author, idea=made, now=SCREENING),
        lambda: services.cast_vote(voter=member(), idea=made, now=SCREENING),
    )
    for act in refused:
        with pytest.raises(Conflict):
            act()
    assert list(Idea.objects.values_list("title", "withdrawn_at", "vote_count")) == [("A wet box", None, 0)]
    assert services.cast_vote(voter=member(), idea=made, now=VOTING).idea_id == made.pk


def test_what_was_set_aside_is_nowhere_but_with_its_author_and_the_managers(found, boss):
    author = member("author")
    made, other = idea(found, author), idea(found, title="A ramp")
    begin(found, "screening")
    assert hits("wet box") == ["A wet box"]
    aside(made, boss, at=now())
    assert (hits("wet box"), hits("ramp")) == ([], ["A ramp"])
    pages = [found.get_absolute_url(), f"{found.get_absolute_url()}since/", "/ideas/", f"/members/{author.username}/"]
    for phase in ("screening", "voting", "results"):
        begin(found, phase)
        shown = [*pages, *([f"{found.get_absolute_url()}results/"] if phase == "results" else [])]
        for client in (Client(), signed_in(member()), signed_in(author), signed_in(boss)):
            assert ["A wet box" in client.get(url).content.decode() for url in shown] == [False] * len(shown)
        readers = (
            None,
            member(),
            staff(Role.MODERATOR, f"m-{phase}"),
            staff(Role.MARKETER, f"k-{phase}"),
            author,
            boss,
        )
        answers = [(signed_in(one) if one else Client()).get(made.get_absolute_url()) for one in readers]
        assert [answer.status_code for answer in answers] == [404, 404, 404, 404, 200, 200]
        for answer in answers[4:]:
            assert "It is &lt;b&gt;twice&lt;/b&gt; here." in answer.content.decode()
            assert 'class="votebox"' not in answer.content.decode()
    assert Client().get("/ideas/").context["sum"].ideas == 1
    assert Client().get(f"{found.get_absolute_url()}results/").context["outcome"].ideas == 1
    assert Client().get(other.get_absolute_url()).context["place"] == (1, 1)
    rows = signed_in(boss).get(f"/workbench/contests/{found.slug}/export/").content.decode()
    assert ("A ramp" in rows, "A wet box" in rows) == (True, False)
    assert explain(author.pk)["ideas"][0]["set_aside"] == WHY


def test_what_was_set_aside_gets_neither_votes_nor_a_decision(found, boss):
    made = idea(found)
    aside(made, boss)
    with pytest.raises(Gone):
        services.cast_vote(voter=member(), idea=made, now=VOTING)
    with pytest.raises(Gone):
        services.decide(actor=boss, idea=made, decision="adopted", reason_en="x", reason_zh="x", now=DECISION)
    assert list(Idea.objects.values_list("vote_count", "decision")) == [(0, "")]


def test_the_author_is_told_of_it_and_of_the_return(found, boss):
    made = idea(found, member("author"))
    begin(found, "screening")
    aside(made, boss, at=now()), aside(made, boss, at=now())
    assert told() == [("author", "ideas.set_aside", "A wet box")]
    services.bring_back(actor=boss, idea=made, now=now()), services.bring_back(actor=boss, idea=made, now=now())
    assert told() == [("author", "ideas.set_aside", "A wet box"), ("author", "ideas.brought_back", "A wet box")]
    assert list(Idea.objects.values_list("set_aside_at", "set_aside_reason")) == [(None, "")]
    facts = OutboxEvent.objects.filter(name__in=["ideas.idea.set_aside", "ideas.idea.brought_back"]).order_by("pk")
    names = {"idea_id": made.pk, "contest_id": found.pk}
    assert [(fact.name, fact.payload) for fact in facts] == [
        ("ideas.idea.set_aside", names),
        ("ideas.idea.brought_back", names),
    ]
    begin(found, "voting")
    assert services.cast_vote(voter=member(), idea=made, now=now()).idea_id == made.pk


@pytest.mark.parametrize("at", [VOTING, DECISION])
def test_once_the_vote_has_begun_nothing_is_set_aside_or_brought_back(found, boss, at):
    made, kept = idea(found), idea(found, title="A ramp")
    aside(made, boss)
    with pytest.raises(Conflict):
        aside(kept, boss, at=at)
    with pytest.raises(Conflict):
        services.bring_back(actor=boss, idea=made, now=at)
    assert list(Idea.objects.shown().values_list("title", flat=True)) == ["A ramp"]


@pytest.mark.parametrize("reason", ["", " \n ", "x" * 501])
def test_a_reason_is_needed_and_short(found, boss, reason):
    made = idea(found)
    with pytest.raises(Invalid):
        aside(made, boss, reason)
    begin(found, "screening")
    page = signed_in(boss).post(
        f"/workbench/contests/{found.slug}/screening/", {"idea": made.pk, "act": "aside", "reason": reason}
    )
    assert (page.status_code, page.context["target"].pk) == (422, made.pk)
    assert Idea.objects.get().set_aside_at is None


@pytest.mark.parametrize("role", [Role.MARKETER, Role.MODERATOR, Role.SERVICE_AGENT])
def test_others_set_nothing_aside(found, boss, role):
    made, other = idea(found), staff(role, "other")
    with pytest.raises(NotAllowed):
        aside(made, other)
    aside(made, boss)
    with pytest.raises(NotAllowed):
        services.bring_back(actor=other, idea=made, now=SCREENING)


def test_the_desk_sets_aside_and_brings_back_where_the_idea_stands(found, boss, django_assert_num_queries):
    ideas = [idea(found, title=f"Idea {number}") for number in range(35)]
    begin(found, "screening")
    client, url = signed_in(boss), f"/workbench/contests/{found.slug}/"
    data = {"idea": ideas[32].pk, "act": "aside", "reason": WHY}
    assert client.post(f"{url}screening/", data)["Location"] == f"{url}?page=2#i{ideas[32].pk}"
    with django_assert_num_queries(13):
        page = client.get(f"{url}?page=2")
    html = page.content.decode()
    assert ("It is &lt;b&gt;twice" in html, "34 ideas" in html, len(page.context["cards"])) == (True, True, 5)
    assert client.post(f"{url}screening/", data | {"act": "back"}).status_code == 302
    assert Idea.objects.shown().count() == 35


def test_of_an_erased_author_nothing_stays_that_was_set_aside(found, boss):
    author = member()
    made = idea(found, author)
    aside(made, boss)
    erase_member(member=author, now=SCREENING)
    made.refresh_from_db()
    assert (made.title, made.source, made.set_aside_reason, bool(made.withdrawn_at)) == ("", "", "", True)


def starts() -> dict[str, str]:
    return {kind: at.strftime("%m-%d") for kind, at in Phase.objects.values_list("kind", "starts_at")}


def move(client, times):
    version = Contest.objects.get(slug="lights").phases_version
    return client.post("/workbench/contests/lights/phases/", times | {"version": version})


def test_the_forms_of_the_desk_give_move_keep_and_remove_a_screening(boss):
    client = signed_in(boss)
    new = {"slug": "lights", "title_en": "Lights", "title_zh": "灯", **TIMES}
    sent = new | {"screening": "2031-01-20T08:00", "closed": "2031-05-01T08:00"}
    assert client.post("/workbench/contests/", sent).status_code == 302
    plain = {"submission": "01-01", "voting": "02-01", "decision": "03-01", "results": "04-01"}
    assert starts() == plain | {"screening": "01-20", "closed": "05-01"}
    form = client.get("/workbench/contests/lights/").context["phases_form"]
    kept = {name: form[name].value().strftime("%Y-%m-%dT%H:%M") for name in form.fields}
    assert move(client, kept).status_code == 302
    assert starts() == plain | {"screening": "01-20", "closed": "05-01"}
    assert move(client, kept | {"screening": "2031-01-25T08:00"}).status_code == 302
    assert starts() == plain | {"screening": "01-25", "closed": "05-01"}
    late = move(client, kept | {"screening": "2031-02-20T08:00"})
    assert (late.status_code, starts()["screening"]) == (422, "01-25")
    assert move(client, TIMES).status_code == 302
    assert starts() == plain


def test_nobody_whose_idea_was_set_aside_is_called_to_the_vote(found, boss):
    made = idea(found, member("first"))
    idea(found, member("second"), title="A ramp")
    begin(found, "screening")
    aside(made, boss, at=now())
    drain()
    Notification.objects.all().delete()
    begin(found, "voting")
    assert told() == [("second", "ideas.voting", "A better boot")]


def test_an_idea_of_another_language_says_so_also_where_its_title_is_only_heard(found, boss):
    idea(found, title="后备箱里的灯")
    heard = '<span class="vh" lang="zh-Hans"> 后备箱里的灯</span>'
    pages = {}
    begin(found, "screening")
    pages["screening"] = signed_in(boss).get(f"/workbench/contests/{found.slug}/")
    begin(found, "voting")
    pages["voting"] = signed_in(member()).get(found.get_absolute_url())
    begin(found, "decision")
    pages["decision"] = signed_in(boss).get(f"/workbench/contests/{found.slug}/")
    assert [name for name, page in pages.items() if heard not in " ".join(page.content.decode().split())] == []
