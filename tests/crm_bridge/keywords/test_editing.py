"""The vocabulary in the editors' area, and who may go there."""

import pytest

from community.members.api import Role
from community.pages.services import ensure_site
from crm_bridge.keywords.vocabulary import capture, find, forget_vocabulary
from crm_bridge.models import Keyword, Synonym
from tests.people import member, staff
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db

LIST = "/cms/snippets/crm_bridge/keyword/"
NEW = {"name_en": "Roof tent", "name_zh": "车顶帐篷", "kind": "part", "active": "on"}


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
    assert "车顶架" in desk.get(f"{LIST}edit/roof-rack/").content.decode()
    sent = {"name_en": "Roof carrier", "name_zh": "行李架", "kind": "part", "active": "on", "also": "车顶框"}
    assert desk.post(f"{LIST}edit/roof-rack/", sent).status_code == 302
    assert Keyword.objects.filter(name_en="Roof carrier").values_list("code", flat=True).get() == "roof-rack"
    assert (words("roof-rack"), find("车顶架"), find("车顶框").code) == ([("车顶框", False)], None, "roof-rack")


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
