"""The vocabulary in the editors' area, and who may go there."""

import re

import pytest

from community.members.api import Role
from crm_bridge.keywords.proposals import accept_as_synonym
from crm_bridge.keywords.vocabulary import capture, find
from crm_bridge.models import Keyword, Synonym
from tests.forgetting import forget_vocabulary
from tests.people import member, staff
from tests.sites import ensure_site
from tests.vocabulary import load_words

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]

LIST = "/cms/snippets/crm_bridge/keyword/"
NEW = {"name_en": "Roof tent", "name_zh": "车顶帐篷", "kind": "part", "active": "on"}


CARRIER = {"name_en": "Roof carrier", "name_zh": "行李架", "kind": "part", "active": "on", "also": "车顶框"}


def version_in(answer):
    return re.search(r'name="version"[^>]* value="([^"]*)"', answer.content.decode())[1]


@pytest.fixture(autouse=True)
def _words():
    load_words()
    ensure_site()
    yield
    forget_vocabulary()


@pytest.fixture
def desk(client):
    client.force_login(staff(Role.BRAND_MANAGER))
    return client


def words(code):
    return sorted(Synonym.objects.filter(keyword=code).values_list("text", "exclusion"))


def test_a_new_keyword_is_found_by_its_words(desk):
    assert capture("Dachzelt") == {}
    sent = {**NEW, "also": "Dachzelt\r\n\r\n  rooftop   tent \r\nDachzelt", "excluded": "roof tent pole"}
    answer = desk.post(f"{LIST}add/", sent)
    assert answer.status_code == 302, answer.context["form"].errors
    assert words("roof-tent") == [("Dachzelt", False), ("roof tent pole", True), ("rooftop tent", False)]
    assert capture("Dachzelt, a roof tent pole") == {"roof-tent": 1}


def test_a_changed_keyword_keeps_its_code_and_shows_its_words(desk):
    page = desk.get(f"{LIST}edit/roof-rack/")
    assert "车顶架" in page.content.decode()
    sent = {**CARRIER, "version": version_in(page)}
    assert desk.post(f"{LIST}edit/roof-rack/", sent).status_code == 302
    assert Keyword.objects.filter(name_en="Roof carrier").values_list("code", flat=True).get() == "roof-rack"
    assert (words("roof-rack"), find("车顶架"), find("车顶框").code) == ([("车顶框", False)], None, "roof-rack")


def test_a_keyword_sent_twice_is_there_once(desk):
    before = Keyword.objects.count()
    assert [desk.post(f"{LIST}add/", NEW).status_code for _time in range(2)] == [302, 200]
    assert Keyword.objects.count() == before + 1


def test_who_began_from_another_version_reads_what_it_says_now(desk):
    page = f"{LIST}edit/roof-rack/"
    began = version_in(desk.get(page))
    first = {**CARRIER, "excluded": "roof box", "kind": "topic", "version": began}
    assert desk.post(page, first).status_code == 302
    assert desk.post(page, first).status_code == 302  # the same again is done
    mine = {**CARRIER, "name_en": "Roof bars", "also": "", "version": began}
    mine.pop("active")
    refused = desk.post(page, mine)
    assert refused.status_code == 409
    assert refused.context["form"].errors == {
        "__all__": ["This keyword was changed after you opened it, so yours was not saved. Save again to replace it."],
        "name_en": ["It says now: Roof carrier"],
        "kind": ["It says now: Subject"],
        "active": ["It says now: yes"],
        "also": ["It says now: 车顶框"],
        "excluded": ["It says now: roof box"],
    }
    shown = refused.content.decode()
    assert "This keyword was changed after you opened it" in shown and 'value="Roof bars"' in shown
    assert (Keyword.objects.get(pk="roof-rack").name_en, words("roof-rack")) == (
        "Roof carrier",
        [("roof box", True), ("车顶框", False)],
    )
    assert desk.post(page, {**mine, "version": version_in(refused)}).status_code == 302
    assert (Keyword.objects.get(pk="roof-rack").name_en, words("roof-rack")) == ("Roof bars", [])


@pytest.mark.parametrize("sent", [{}, {"version": "x" * 5000}])
def test_a_form_that_does_not_say_what_it_began_from_is_shown_both(desk, sent):
    assert desk.post(f"{LIST}edit/roof-rack/", {**CARRIER, **sent}).status_code == 409
    assert Keyword.objects.get(pk="roof-rack").name_en == "roof rack"


def test_a_word_added_meanwhile_is_not_lost(desk, now):
    page = f"{LIST}edit/roof-rack/"
    began = version_in(desk.get(page))
    accept_as_synonym(actor=staff(Role.MARKETER), term="dachträger", keyword="roof rack", now=now)
    assert desk.post(page, {**CARRIER, "version": began}).status_code == 409
    assert find("dachträger").code == "roof-rack"


def test_a_deleted_keyword_is_found_no_more(desk):
    assert find("camping")
    assert desk.post(f"{LIST}delete/camping/").status_code == 302
    assert find("camping") is None


@pytest.mark.parametrize(
    "changed",
    [
        {"name_en": "帐篷"},
        {"name_zh": ""},
        {"also": "x" * 61},
        {"also": "!!!"},
        {"also": "tent", "excluded": "tent"},
        {"kind": "thing"},
        {"name_en": "Roof RACK"},
        {"name_zh": "露营"},
    ],
)
def test_a_keyword_that_cannot_be_is_refused(desk, changed):
    before = Keyword.objects.count()
    answer = desk.post(f"{LIST}add/", {**NEW, **changed})
    assert (answer.status_code, Keyword.objects.count()) == (200, before)
    assert set(answer.context["form"].errors) <= {*changed}


@pytest.mark.parametrize(("words", "found"), [("roof", ["roof-rack"]), ("车顶架", ["roof-rack"]), ("zzz", [])])
def test_the_list_is_searched_by_names_and_words_and_shows_each_keyword_once(desk, words, found):
    answer = desk.get(LIST, {"q": words})
    assert [keyword.code for keyword in answer.context["object_list"]] == found


@pytest.mark.parametrize(
    ("role", "opens"),
    [
        (Role.BRAND_MANAGER, True),
        (Role.MARKETER, True),
        (Role.SERVICE_AGENT, False),
        (Role.MODERATOR, False),
        (None, False),
    ],
)
def test_who_may_edit(client, role, opens):
    client.force_login(staff(role) if role else member())
    for address in ("/cms/", LIST, f"/cms/pages/{ensure_site().pk}/edit/"):
        assert (client.get(address).status_code == 200) == opens
    client.post(f"{LIST}delete/camping/")
    assert Keyword.objects.filter(code="camping").exists() != opens
