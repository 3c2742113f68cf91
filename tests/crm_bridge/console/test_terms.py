"""The Workbench's page of unknown words."""

import re
from datetime import UTC, datetime

import pytest

from community.kernel.limits import LIMITS
from community.members.api import Role
from crm_bridge.keywords.sightings import Sighting, record_sightings
from crm_bridge.keywords.vocabulary import find
from crm_bridge.models import Synonym, TermProposal
from tests.forgetting import forget_vocabulary
from tests.people import member, staff
from tests.vocabulary import load_words

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]

PAGE, DECIDE = "/workbench/terms/", "/workbench/terms/decide/"
AT = datetime(2026, 11, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _words():
    load_words()
    yield
    forget_vocabulary()


@pytest.fixture
def desk(client):
    client.force_login(staff(Role.MARKETER))
    return client


def seen(*terms, people=3):
    record_sightings(Sighting(term, who, "search", AT) for term in terms for who in range(1, people + 1))


@pytest.mark.serverless
def test_the_page_shows_terms_and_counts_and_nobodys_name(desk):
    ann = member("ann-lee", name="Ann Lee")
    record_sightings(Sighting("jerry can", who, "search", AT) for who in (ann.pk, ann.pk + 1, ann.pk + 2))
    shown = desk.get(PAGE).content.decode()
    assert "jerry can" in shown and "3 people" in shown and "3 people searched for it, 3 times" in shown
    assert "Ann Lee" not in shown and "ann-lee" not in shown and str(ann.public_id) not in shown


@pytest.mark.parametrize(("term", "field"), [("jerry can", "name_en"), ("油桶架子", "name_zh")])
def test_a_new_keyword_begins_with_the_word_in_the_language_it_is_of(desk, term, field):
    seen(term)
    shown = desk.get(PAGE).content.decode()
    begun = dict(re.findall(r'name="(name_en|name_zh)"[^>]*?value="([^"]*)"', shown))
    assert begun == {"name_en": "", "name_zh": ""} | {field: term}


@pytest.mark.parametrize(
    ("used", "told"),
    [
        ({"topic": [1, 2, 3, 4]}, ["4 people wrote it in a topic"]),
        # That one of them searched for it as well is nobody's business.
        ({"topic": [1, 2, 3], "search": [4, 4, 4]}, ["3 people wrote it in a topic"]),
        ({"topic": [1, 2, 3], "search": [4], "garage": [4, 5]}, ["3 people wrote it in a topic"]),
        ({"topic": [1, 2], "post": [2], "idea": [3]}, ["3 people used it in various ways"]),
        (
            {"post": [1, 2, 3], "topic": [1, 2], "search": [2, 4]},
            ["3 people wrote it in a reply", "3 people used it in various ways"],
        ),
    ],
)
def test_where_a_word_comes_from_is_told_of_three_people_at_least(desk, used, told):
    record_sightings(Sighting("dashcam", who, source, AT) for source, people in used.items() for who in people)
    (row,) = desk.get(PAGE).context["rows"]
    assert (row[0].term, row[1]) == ("dashcam", told)


def test_who_is_too_fast_finds_what_they_wrote_in_the_form(desk, monkeypatch):
    seen("jerry can")
    monkeypatch.setitem(LIMITS, "desk", (0, 60))
    answer = desk.post(DECIDE, {"term": "jerry can", "do": "synonym", "keyword": "camping gear"})
    text = answer.content.decode()
    assert (answer.status_code, 'value="camping gear"' in text) == (429, True)
    assert "what you wrote is still in the form" in text
    assert not TermProposal.objects.exists()


@pytest.mark.serverless
def test_a_term_is_shown_and_not_run(desk):
    seen("<script>alert(1)</script>")
    shown = desk.get(PAGE).content.decode()
    assert "&lt;script&gt;alert(1)" in shown and "<script>alert" not in shown


@pytest.mark.serverless
def test_queries_of_the_page(desk, django_assert_num_queries):
    desk.get(PAGE)
    seen("jerry can")
    with django_assert_num_queries(9):
        desk.get(PAGE)
    seen("awning", "雪链")
    with django_assert_num_queries(9):
        desk.get(PAGE)


def test_deciding(desk):
    seen("dachträger", "dachzelt", "asdf")
    desk.post(DECIDE, {"do": "synonym", "term": "dachträger", "keyword": "roof rack"})
    names = {"name_en": "Roof tent", "name_zh": "车顶帐篷", "kind": "part"}
    desk.post(DECIDE, {"do": "keyword", "term": "dachzelt", **names})
    answer = desk.post(DECIDE, {"do": "dismiss", "term": "asdf"})
    assert (answer.status_code, answer["Location"]) == (302, PAGE)
    decided = TermProposal.objects.order_by("term").values_list("term", "keyword", "dismissed")
    assert list(decided) == [("asdf", None, True), ("dachträger", "roof-rack", False), ("dachzelt", "roof-tent", False)]
    assert find("Dachzelt").name_zh == "车顶帐篷"
    assert "Nothing to decide" in desk.get(PAGE).content.decode()


def test_what_does_not_happen_by_itself_is_said_where_it_applies(desk):
    seen("dachträger", "dachzelt", "asdf")
    said = "To learn from earlier acts as well, ask whoever runs the site to run “manage.py rebuild_profiles”."
    assert "rebuild_profiles" not in desk.get(PAGE).content.decode()
    desk.post(DECIDE, {"do": "synonym", "term": "Dachträger", "keyword": "roof bars"})
    assert f"“Dachträger” counts as “roof rack” from now on. {said}" in desk.get(PAGE).content.decode()
    names = {"name_en": "Roof tent", "name_zh": "车顶帐篷", "kind": "part"}
    desk.post(DECIDE, {"do": "keyword", "term": "dachzelt", **names})
    assert f"“dachzelt” counts as “Roof tent” from now on. {said}" in desk.get(PAGE).content.decode()
    desk.post(DECIDE, {"do": "dismiss", "term": "asdf"})
    assert "rebuild_profiles" not in desk.get(PAGE).content.decode()


def undo(text):
    """The word that the page offers to bring back, if any."""
    form = re.search(r'name="term" value="([^"]*)">\s*(?:<input[^>]*>\s*)?<button[^>]*value="take_back"', text)
    return form and form[1]


def test_a_dismissed_word_is_named_and_can_be_brought_back(desk):
    seen("jerry can")
    desk.post(DECIDE, {"do": "dismiss", "term": "Jerry  can"})
    shown = desk.get(PAGE).content.decode()
    assert shown.count("Dismissed: “jerry can”. It is not proposed again.") == 1
    assert (undo(shown), "<h2>jerry can</h2>" in shown) == ("jerry can", False)
    assert undo(desk.get(PAGE).content.decode()) is None
    assert desk.post(DECIDE, {"do": "take_back", "term": undo(shown)})["Location"] == PAGE
    shown = desk.get(PAGE).content.decode()
    assert shown.count("Taken back: “jerry can” is no longer dismissed.") == 1
    assert (undo(shown), "<h2>jerry can</h2>" in shown) == (None, True)


def test_a_word_added_to_a_keyword_can_be_taken_back_in_the_same_place(desk):
    seen("jerry can")
    desk.post(DECIDE, {"do": "synonym", "term": "jerry can", "keyword": "camping"})
    shown = desk.get(PAGE).content.decode()
    assert (undo(shown), shown.count('name="added_to" value="camping"')) == ("jerry can", 1)
    assert shown.count("“jerry can” counts as “camping” from now on.") == 1
    assert desk.post(DECIDE, {"do": "take_back", "term": "jerry can", "added_to": "camping"})["Location"] == PAGE
    shown = desk.get(PAGE).content.decode()
    assert shown.count("Taken back: nothing is decided about “jerry can” any longer.") == 1
    assert (undo(shown), "<h2>jerry can</h2>" in shown, find("jerry can")) == (None, True, None)


def test_a_word_that_stood_there_already_has_nothing_to_take_back(desk):
    Synonym.objects.create(keyword_id="camping", text="jerry can")
    desk.post(DECIDE, {"do": "synonym", "term": "jerry can", "keyword": "camping"})
    shown = desk.get(PAGE).content.decode()
    assert (undo(shown), "“jerry can” counts as “camping” from now on." in shown) == (None, True)


def test_a_new_keyword_is_changed_and_deleted_in_the_editors_area(desk):
    seen("jerry can")
    desk.post(DECIDE, {"do": "keyword", "term": "jerry can", "name_en": "Jerry_can", "name_zh": "油桶", "kind": "part"})
    shown = desk.get(PAGE).content.decode()
    address = re.search(r'<a [^>]*href="([^"]*)">\s*<svg[^>]*><use[^>]*/></svg>Change or delete it', shown)[1]
    assert (undo(shown), desk.get(address).context["object"].name_en) == (None, "Jerry_can")


def test_what_was_decided_otherwise_meanwhile_is_not_brought_back(desk):
    desk.post(DECIDE, {"do": "synonym", "term": "jerry can", "keyword": "camping"})
    answer = desk.post(DECIDE, {"do": "take_back", "term": "jerry can"})
    assert (answer.status_code, "it stands for “camping”" in answer.content.decode()) == (409, True)
    assert TermProposal.objects.get().keyword_id == "camping"


@pytest.mark.serverless
def test_a_refusal_keeps_what_was_typed(desk):
    seen("dachzelt")
    answer = desk.post(DECIDE, {"do": "keyword", "term": "dachzelt", "name_en": "Roof tent", "name_zh": ""})
    assert answer.status_code == 422
    shown = answer.content.decode()
    assert 'value="Roof tent"' in shown and "A keyword has a name in English and in Chinese." in shown


@pytest.mark.serverless
@pytest.mark.parametrize(
    ("role", "status"),
    [(Role.MARKETER, 200), (Role.BRAND_MANAGER, 200), (Role.SERVICE_AGENT, 403), (Role.MODERATOR, 403), (None, 403)],
)
def test_who_sees_it(client, role, status):
    client.force_login(staff(role) if role else member())
    assert client.get(PAGE).status_code == status
    if status == 403:
        for do in ("dismiss", "take_back"):
            assert client.post(DECIDE, {"do": do, "term": "x"}).status_code == 403


@pytest.mark.serverless
def test_a_guest_is_asked_to_sign_in(client):
    assert client.get(PAGE).status_code == 302


@pytest.mark.parametrize("value", ["\0", "a\0b", "x" * 70_000])
@pytest.mark.parametrize("do", ["dismiss", "take_back", "synonym", "keyword", "\0"])
def test_a_term_no_database_takes_is_answered(desk, do, value):
    seen("jerry can")
    for name in ("term", "keyword", "name_en", "name_zh", "kind", "added_to"):
        sent = {"term": "jerry can", "keyword": "camping", "name_en": "Can", "name_zh": "油桶", "kind": "topic"}
        assert desk.post(DECIDE, {**sent, "do": do, name: value}).status_code in {302, 409, 422}, name
