"""Managers who change the vocabulary in the same moment. The controls take the lock away and show the race."""

from __future__ import annotations

import re
import threading
from collections import Counter
from collections.abc import Callable, Iterable
from datetime import timedelta
from functools import partial
from itertools import permutations

import pytest
from django.db import connection
from django.test import Client

from community.kernel.limits import LIMITS
from community.members.api import Member, Role
from crm_bridge.keywords.club_models import add_models
from crm_bridge.keywords.forms import KeywordForm
from crm_bridge.keywords.proposals import accept_as_keyword, accept_as_synonym, dismiss, proposals, take_back
from crm_bridge.keywords.sightings import Sighting, forget_decided, record_sightings
from crm_bridge.keywords.vocabulary import find, vocabulary_changed
from crm_bridge.models import Keyword, Synonym, TermProposal, TermSighting
from tests.forgetting import forget_vocabulary
from tests.people import THEN, staff
from tests.sites import ensure_site
from tests.threads import at_once, ever, no_locks

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]

LIST = "/cms/snippets/crm_bridge/keyword/"
DECIDE = "/workbench/terms/decide/"
MANAGERS, ROUNDS = 4, 5
PATIENCE_SECONDS = 2


@pytest.fixture(autouse=True)
def _on_postgresql():
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")


@pytest.fixture(autouse=True)
def _words():
    ensure_site()
    Keyword.objects.create(code="roof-rack", name_en="Roof rack", name_zh="行李架", kind="part")
    yield
    forget_vocabulary()


@pytest.fixture
def managers():
    return [staff(Role.BRAND_MANAGER, f"boss{n}") for n in range(MANAGERS)]


@pytest.fixture
def desks(managers):
    found = [Client() for _manager in managers]
    for desk, manager in zip(found, managers, strict=True):
        desk.force_login(manager)
    return found


def start_anew() -> None:
    TermProposal.objects.all().delete()
    Keyword.objects.exclude(code="roof-rack").delete()
    Keyword.objects.update(name_en="Roof rack")
    Synonym.objects.all().delete()
    vocabulary_changed()


# Decisions about one unknown word


def decisions(managers: list[Member], *, alike: bool) -> Counter[str]:
    acts = [
        partial(
            accept_as_keyword,
            actor=manager,
            term="dachzelt",
            name_en="Roof tent" if alike else f"Roof tent of {manager.username}",
            name_zh="车顶帐篷" if alike else f"车顶帐篷{manager.pk}",
            kind="part",
            now=THEN,
        )
        for manager in managers
    ]
    if not alike:
        acts[0] = partial(accept_as_synonym, actor=managers[0], term="dachzelt", keyword="roof-rack", now=THEN)
    return at_once(acts)


def test_a_word_accepted_several_times_at_once_is_one_keyword(managers):
    for _ in range(ROUNDS):
        start_anew()
        assert decisions(managers, alike=True) == Counter()
        made = Keyword.objects.exclude(code="roof-rack").get()
        assert (made.code, find("dachzelt"), Synonym.objects.count()) == ("roof-tent", made, 1)


def test_of_several_decisions_about_a_word_one_stands_and_the_others_are_told(managers):
    for _ in range(ROUNDS):
        start_anew()
        assert decisions(managers, alike=False) == Counter({"Conflict": MANAGERS - 1})
        decided = TermProposal.objects.get()
        assert find("dachzelt") == decided.keyword
        assert Keyword.objects.exclude(code="roof-rack").count() == (decided.keyword_id != "roof-rack")


def test_control_without_the_lock_the_database_refuses_or_several_stand(managers):
    def goes_wrong() -> bool:
        start_anew()
        with no_locks():
            errors = decisions(managers, alike=True) + decisions(managers, alike=False)
        return "IntegrityError" in errors

    assert ever(goes_wrong)


# Dismissing, taking that back and accepting

ACTS = {
    "dismiss": {},
    "take_back": {},
    "synonym": {"keyword": "roof-rack"},
    "keyword": {"name_en": "Roof tent", "name_zh": "车顶帐篷", "kind": "part"},
}
USED_BY = 40
Run = Callable[[list[Callable[[], object]]], Counter[str]]


def used(*words: str) -> None:
    TermSighting.objects.all().delete()
    record_sightings(Sighting(word, who, "search", THEN) for word in words for who in range(1, USED_BY + 1))


def sighted() -> Counter[str]:
    return Counter(TermSighting.objects.values_list("term", flat=True))


def decided_by(desks: list[Client], order: Iterable[str], run: Run = at_once) -> tuple[object, ...]:
    """Each desk does one thing with a word that is proposed. Returns the answers and what became of everything."""
    start_anew()
    used("dachzelt")
    answers: dict[str, int] = {}

    def act(desk: Client, do: str) -> None:
        answers[do] = desk.post(DECIDE, {"do": do, "term": "dachzelt", **ACTS[do]}).status_code

    errors = run([partial(act, desk, do) for desk, do in zip(desks, order, strict=True)])
    return (
        *(tuple(sorted(found.items())) for found in (errors, answers, sighted())),
        tuple(TermProposal.objects.values_list("term", "keyword", "dismissed")),
        tuple(Synonym.objects.values_list("text", "keyword")),
        tuple(Keyword.objects.order_by("code").values_list("code", flat=True)),
        tuple(each.term for each in proposals()),
        getattr(find("dachzelt"), "pk", None),
    )


def one_by_one(acts: list[Callable[[], object]]) -> Counter[str]:
    for act in acts:
        act()
    return Counter()


IN_SOME_ORDER: set[tuple[object, ...]] = set()


@pytest.fixture
def orders(desks, monkeypatch):
    """What comes of the four acts in each order, one after another; found out once."""
    monkeypatch.setitem(LIMITS, "desk", (10_000, 60))
    if not IN_SOME_ORDER:
        IN_SOME_ORDER.update(decided_by(desks, order, one_by_one) for order in permutations(ACTS))
    assert len({outcome[3] for outcome in IN_SOME_ORDER}) == 4  # dismissed, undecided, synonym, keyword
    return IN_SOME_ORDER


def test_a_word_dismissed_taken_back_and_accepted_at_once_is_as_after_one_of_the_orders(desks, orders):
    for _ in range(4 * ROUNDS):
        assert decided_by(desks, ACTS) in orders


def test_control_without_the_lock_what_becomes_of_a_word_is_as_after_none_of_the_orders(desks, orders):
    def goes_wrong() -> bool:
        with no_locks():
            return decided_by(desks, ACTS) not in orders

    assert ever(goes_wrong)


# Taking back beside the forgetting of who used a word


def taken_back_beside(managers: list[Member], forget: Callable[[], object]) -> list[int]:
    """A word dismissed an hour ago is taken back, by several. Returns how many of its sightings are left."""
    start_anew()
    used("dachzelt", "asdf", "qwer")
    for word, at in (("dachzelt", THEN), ("asdf", THEN), ("qwer", THEN + timedelta(minutes=1))):
        dismiss(actor=managers[0], term=word, now=at)
    acts = [partial(take_back, actor=manager, term="dachzelt") for manager in managers[1:]]
    assert at_once([forget, *acts]) == Counter()
    assert set(TermProposal.objects.values_list("term", "dismissed")) == {("asdf", True), ("qwer", True)}
    left = sighted()
    assert (left["asdf"], left["qwer"]) == (0, USED_BY)
    assert [each.term for each in proposals()] == ["dachzelt"] * (left["dachzelt"] > 0)
    return left["dachzelt"]


def test_who_used_a_word_is_forgotten_of_all_or_of_none_while_it_is_taken_back(managers):
    for _ in range(4 * ROUNDS):
        left = taken_back_beside(managers, partial(forget_decided, now=THEN + timedelta(hours=1)))
        assert left in {0, USED_BY}


def test_control_forgotten_one_by_one_of_some_it_is_and_of_others_not(managers):
    def careless() -> None:
        for row in TermSighting.objects.exclude(term="qwer").order_by("pk"):
            if TermProposal.objects.filter(term=row.term, dismissed=True).exists():
                row.delete()

    assert ever(lambda: taken_back_beside(managers, careless) not in {0, USED_BY})


# The editors' area


def made_at_once(desks: list[Client]) -> list[int]:
    """Each desk makes a keyword of the same English name. Returns the answers."""
    answers: list[int] = []

    def make(desk: Client, n: int) -> None:
        sent = {"name_en": "Roof tent", "name_zh": f"车顶帐篷{n}", "kind": "part", "active": "on"}
        answers.append(desk.post(f"{LIST}add/", sent).status_code)

    assert set(at_once([partial(make, desk, n) for n, desk in enumerate(desks)])) <= {"IntegrityError"}
    return sorted(answers)


def test_of_new_keywords_of_one_name_one_is_made_and_the_others_are_told(desks):
    for _ in range(ROUNDS):
        start_anew()
        assert made_at_once(desks) == [200] * (MANAGERS - 1) + [302]
        assert Keyword.objects.exclude(code="roof-rack").count() == 1


def test_control_without_the_lock_several_are_told_that_theirs_is_made_or_one_fails(desks):
    def goes_wrong() -> bool:
        start_anew()
        with no_locks():
            return made_at_once(desks) != [200] * (MANAGERS - 1) + [302]

    assert ever(goes_wrong)


def edited_at_once(desks: list[Client]) -> list[int]:
    """Each desk changes one keyword to something else, all from one version. Returns the answers."""
    page, answers = f"{LIST}edit/roof-rack/", []
    began = re.search(r'name="version"[^>]* value="([^"]*)"', desks[0].get(page).content.decode())[1]

    def change(desk: Client, n: int) -> None:
        sent = {"name_en": f"Carrier {n}", "name_zh": "行李架", "kind": "part", "active": "on", "also": f"word {n}"}
        answers.append(desk.post(page, {**sent, "version": began}).status_code)

    assert set(at_once([partial(change, desk, n) for n, desk in enumerate(desks)])) <= {"IntegrityError"}
    return sorted(answers)


def test_of_edits_from_one_version_one_is_kept_whole_and_the_others_are_told(desks):
    for _ in range(ROUNDS):
        start_anew()
        assert edited_at_once(desks) == [302] + [409] * (MANAGERS - 1)
        kept = Keyword.objects.get().name_en.removeprefix("Carrier ")
        assert list(Synonym.objects.values_list("text", flat=True)) == [f"word {kept}"]


def test_control_without_the_lock_several_edits_write_over_each_other(desks):
    def several() -> bool:
        start_anew()
        with no_locks():
            return edited_at_once(desks).count(302) > 1

    assert ever(several)


def taken_back_while_edited(managers: list[Member], desks: list[Client], *, compared: bool) -> Counter[str]:
    """Of an added word, which the editor's form has. Returns whether it stands there afterwards, and the decisions.

    Where the form is to be ``compared`` first, it is taken back after that and before anything is written, if it can.
    """
    page, met, undone = f"{LIST}edit/roof-rack/", threading.Event(), threading.Event()
    accept_as_synonym(actor=managers[0], term="dachzelt", keyword="roof-rack", now=THEN)
    began = re.search(r'name="version"[^>]* value="([^"]*)"', desks[1].get(page).content.decode())[1]
    sent = {"name_en": "Carrier", "name_zh": "行李架", "kind": "part", "active": "on", "also": "dachzelt"}
    really_clean = KeywordForm.clean

    def clean(form: KeywordForm) -> dict[str, object]:
        data = really_clean(form)
        met.set()
        undone.wait(PATIENCE_SECONDS)  # in vain, while the lock is held
        return data

    def undo() -> None:
        if compared:
            assert met.wait(30)
        take_back(actor=managers[0], term="dachzelt", keyword="roof-rack")
        undone.set()

    with pytest.MonkeyPatch.context() as patch:
        if compared:
            patch.setattr(KeywordForm, "clean", clean)
        at_once([partial(desks[1].post, page, {**sent, "version": began}), undo])
    return Counter({"words": Synonym.objects.count(), "decisions": TermProposal.objects.count()})


@pytest.mark.parametrize("compared", [True, False])
def test_a_word_taken_back_while_its_keyword_is_edited_does_not_come_back(managers, desks, compared):
    for _ in range(1 if compared else ROUNDS):
        start_anew()
        assert taken_back_while_edited(managers, desks, compared=compared) == Counter({"words": 0, "decisions": 0})


def test_control_without_the_lock_a_word_that_was_taken_back_comes_back(managers, desks):
    start_anew()
    with no_locks():
        left = taken_back_while_edited(managers, desks, compared=True)
    assert left == Counter({"words": 1, "decisions": 0})


def test_a_keyword_deleted_while_it_is_edited_does_not_come_back(desks):
    for _ in range(ROUNDS):
        start_anew()
        Keyword.objects.create(code="tent", name_en="Tent", name_zh="帐篷", kind="part")
        sent = {"name_en": "Tents", "name_zh": "帐篷", "kind": "part", "active": "on"}
        sent["version"] = re.search(
            r'name="version"[^>]* value="([^"]*)"', desks[0].get(f"{LIST}edit/tent/").content.decode()
        )[1]
        edit, delete = (partial(desks[n].post, f"{LIST}{act}/tent/", sent) for n, act in enumerate(("edit", "delete")))
        assert at_once([edit, delete]) == Counter()
        assert not Keyword.objects.filter(code="tent").exists()


# An import of clubs beside them


def test_models_of_clubs_taken_over_twice_at_once_are_there_once():
    for round_ in range(ROUNDS):
        models = [f"Kombi {round_} {n}" for n in range(5)]
        assert at_once([partial(add_models, f"Brand{round_}", models)] * MANAGERS) == Counter()
        assert Keyword.objects.filter(name_en__startswith=f"Brand{round_}").count() >= 1
        assert Keyword.objects.filter(name_en__contains=f"Kombi {round_}").count() == 5
