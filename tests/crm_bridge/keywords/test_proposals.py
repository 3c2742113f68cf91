"""Unknown terms: counted, proposed, decided on."""

from datetime import UTC, datetime, timedelta

import pytest

from community.kernel.api import Conflict, Invalid, NotAllowed
from community.members.api import Role
from crm_bridge.keywords.proposals import (
    accept_as_keyword,
    accept_as_synonym,
    dismiss,
    proposals,
    take_back,
)
from crm_bridge.keywords.sightings import Sighting, forget_decided, record_sightings
from crm_bridge.keywords.vocabulary import capture, find, vocabulary, vocabulary_changed
from crm_bridge.models import Keyword, Synonym, TermProposal, TermSighting, VocabularyVersion
from tests.forgetting import forget_vocabulary
from tests.people import member, staff
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db

AT = datetime(2026, 11, 1, 9, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _words():
    load_words()
    yield
    forget_vocabulary()


@pytest.fixture
def marketer():
    return staff(Role.MARKETER)


def seen(term, *people, source="search", times=1):
    record_sightings(Sighting(term, who, source, AT + timedelta(days=n)) for who in people for n in range(times))


@pytest.mark.parametrize("term", ["", "  ", "!!!", "…", "\u200b"])
def test_what_has_no_letter_is_no_word_to_decide_about(marketer, term):
    decisions = (
        lambda: dismiss(actor=marketer, term=term, now=AT),
        lambda: accept_as_synonym(actor=marketer, term=term, keyword="roof rack", now=AT),
        lambda: accept_as_keyword(actor=marketer, term=term, name_en="Box", name_zh="箱", kind="part", now=AT),
    )
    before = Synonym.objects.count(), Keyword.objects.count()
    for decide in decisions:
        with pytest.raises(Invalid, match="has no letter or digit"):
            decide()
    assert (TermProposal.objects.count(), Synonym.objects.count(), Keyword.objects.count()) == (0, *before)


def names():
    return [proposal.term for proposal in proposals()]


def test_terms_of_several_people_are_proposed_with_their_evidence():
    seen("jerry can", 1, 2, 3, times=2)
    seen("jerry can", 2, 3, source="declared")
    seen("jerry can", 4, source="garage")
    (proposal,) = proposals()
    assert (proposal.term, proposal.people, proposal.uses) == ("jerry can", 4, 9)
    assert proposal.last_at == AT + timedelta(days=1)
    assert [(source.name, source.people, source.uses) for source in proposal.sources] == [
        ("search", 3, 6),
        ("several", 3, 3),
    ]


def test_what_few_people_used_is_shown_to_nobody():
    seen("ann lee 0170 1234", 1, 2, times=9)
    assert names() == []


def test_the_most_frequent_come_first():
    seen("awning", 1, 2, 3)
    seen("jerry can", 1, 2, 3, 4)
    seen("雪链", 1, 2, 3, times=2)
    assert names() == ["jerry can", "雪链", "awning"]


def test_a_term_that_became_known_is_not_proposed():
    seen("jerry cans", 1, 2, 3)
    Synonym.objects.create(keyword_id="camping", text="jerry can")
    forget_vocabulary()
    assert names() == []


def test_proposals_cost_three_queries_however_many(django_assert_num_queries):
    vocabulary()
    for wanted in (1, 3):
        for number in range(wanted):
            seen(f"thing {number}", 1, 2, 3)
        with django_assert_num_queries(3):
            assert len(proposals()) == wanted


def test_a_term_becomes_a_word_of_a_keyword_only_when_accepted(marketer, now):
    seen("gepäckträger", 1, 2, 3)
    assert capture("Gepäckträger") == {}
    assert accept_as_synonym(actor=marketer, term="gepäckträger", keyword="行李架", now=now).code == "roof-rack"
    assert (capture("Gepäckträger"), names()) == ({"roof-rack": 1}, [])
    assert TermProposal.objects.get().keyword_id == "roof-rack"


def test_an_unknown_keyword_is_refused_with_the_nearest_names(marketer, now):
    seen("gepäckträger", 1, 2, 3)
    with pytest.raises(Invalid, match="roof rack"):
        accept_as_synonym(actor=marketer, term="gepäckträger", keyword="rooof rack", now=now)
    assert (names(), TermProposal.objects.count()) == (["gepäckträger"], 0)


def test_a_term_becomes_a_keyword(marketer, now):
    seen("dachzelt", 1, 2, 3)
    made = accept_as_keyword(
        actor=marketer, term="dachzelt", name_en="Roof tent", name_zh="车顶帐篷", kind="part", now=now
    )
    assert (made.code, find("Dachzelt"), find("车顶帐篷"), names()) == ("roof-tent", made, made, [])
    assert TermSighting.objects.count() == 0


@pytest.mark.parametrize(
    ("changed", "field"),
    [
        ({"name_en": ""}, "name_en"),
        ({"name_zh": " "}, "name_zh"),
        ({"name_en": "帐篷"}, "name_en"),
        ({"name_en": "Roof racks"}, "name_en"),
        ({"name_zh": "行李架"}, "name_zh"),
        ({"kind": "thing"}, "kind"),
    ],
)
def test_a_keyword_that_cannot_be_is_refused(marketer, now, changed, field):
    sent = {"name_en": "Roof tent", "name_zh": "车顶帐篷", "kind": "part", **changed}
    before = Keyword.objects.count()
    with pytest.raises(Invalid) as refused:
        accept_as_keyword(actor=marketer, term="dachzelt", now=now, **sent)
    assert (refused.value.field, Keyword.objects.count()) == (field, before)


NEW = {"name_en": "Roof tent", "name_zh": "车顶帐篷", "kind": "part"}


def test_the_same_decision_again_changes_nothing(marketer, now):
    decisions = (
        lambda: accept_as_keyword(actor=marketer, term="Dachzelt", now=now, **NEW),
        lambda: accept_as_synonym(actor=marketer, term="dachträger", keyword="roof rack", now=now),
        lambda: dismiss(actor=marketer, term="asdf", now=now),
    )
    kept = (Keyword, Synonym, TermProposal, VocabularyVersion)
    for decide in decisions:
        decide()
        before = [list(model.objects.order_by("pk").values()) for model in kept]
        decide()
        assert [list(model.objects.order_by("pk").values()) for model in kept] == before


@pytest.mark.parametrize(
    ("first", "told"),
    [
        ("keyword", "Somebody has decided about this word meanwhile: it stands for “Roof tent”."),
        ("synonym", "Somebody has decided about this word meanwhile: it stands for “roof rack”."),
        ("dismiss", "Somebody has dismissed this word meanwhile."),
    ],
)
def test_who_decides_otherwise_later_is_told_what_was_decided(marketer, now, first, told):
    by = {"actor": marketer, "term": "dachzelt", "now": now}
    decisions = {
        "keyword": lambda: accept_as_keyword(**by, **NEW),
        "synonym": lambda: accept_as_synonym(**by, keyword="roof rack"),
        "dismiss": lambda: dismiss(**by),
        "other keyword": lambda: accept_as_keyword(**by, **{**NEW, "name_en": "Tent on top"}),
        "other synonym": lambda: accept_as_synonym(**by, keyword="camping"),
    }
    decisions.pop(first)()
    words = Synonym.objects.count(), Keyword.objects.count()
    for decide in decisions.values():
        with pytest.raises(Conflict) as refused:
            decide()
        assert refused.value.message == told
    assert (Synonym.objects.count(), Keyword.objects.count()) == words


def test_codes_do_not_collide(marketer, now):
    Keyword.objects.create(code="roof-tent", name_en="Tent on top", name_zh="帐", kind="part", active=False)
    vocabulary_changed()
    made = accept_as_keyword(actor=marketer, term="x", name_en="Roof tent", name_zh="车顶帐篷", kind="part", now=now)
    assert made.code == "roof-tent-2"


def test_keywords_that_share_words_are_suggested():
    seen("winter rack", 1, 2, 3)
    assert sorted(proposals()[0].near) == ["roof rack", "winter tyre"]


def test_a_dismissed_term_does_not_come_back(marketer, now):
    seen("asdf", 1, 2, 3)
    dismiss(actor=marketer, term="asdf", now=now)
    seen("asdf", 4, 5, 6, 7)
    assert names() == []


def test_a_dismissal_that_is_taken_back_leaves_everything_as_it_was(marketer, now):
    seen("asdf", 1, 2, 3)
    before = proposals()
    for _time in range(2):
        assert dismiss(actor=marketer, term="Asdf", now=now) == "asdf"
    assert names() == []
    for _time in range(2):
        assert take_back(actor=marketer, term="Asdf") == "asdf"
    assert (proposals(), TermProposal.objects.count()) == (before, 0)


def words(code):
    return sorted(Synonym.objects.filter(keyword=code).values_list("text", "exclusion"))


def test_a_word_that_is_taken_back_from_a_keyword_leaves_everything_as_it_was(marketer, now):
    seen("gepäckträger", 1, 2, 3)
    before, had = proposals(), words("roof-rack")
    for _time in range(2):
        accept_as_synonym(actor=marketer, term="Gepäckträger", keyword="行李架", now=now)
    assert (names(), capture("Gepäckträger")) == ([], {"roof-rack": 1})
    for _time in range(2):
        assert take_back(actor=marketer, term="gepäckträger", keyword="roof-rack") == "gepäckträger"
    assert (proposals(), words("roof-rack"), capture("Gepäckträger")) == (before, had, {})
    assert TermProposal.objects.count() == 0


def _renames():
    Keyword.objects.filter(pk="roof-rack").update(name_en="Roof carrier")


def _writes_all_words_anew():
    kept = words("roof-rack")
    Synonym.objects.filter(keyword="roof-rack").delete()
    Synonym.objects.bulk_create(Synonym(keyword_id="roof-rack", text=text, exclusion=out) for text, out in kept)


def _retires():
    Keyword.objects.filter(pk="roof-rack").update(active=False)


def _takes_it_out():
    Synonym.objects.get(text="gepäckträger").delete()


@pytest.mark.parametrize("changes", [_renames, _writes_all_words_anew, _retires, _takes_it_out])
def test_a_word_is_taken_back_whatever_somebody_changed_of_the_keyword_meanwhile(marketer, now, changes):
    seen("gepäckträger", 1, 2, 3)
    had = words("roof-rack")
    accept_as_synonym(actor=marketer, term="gepäckträger", keyword="roof-rack", now=now)
    changes()
    vocabulary_changed()
    take_back(actor=marketer, term="gepäckträger", keyword="roof-rack")
    assert (words("roof-rack"), find("gepäckträger"), names()) == (had, None, ["gepäckträger"])


def test_that_a_word_means_something_else_is_not_taken_back(marketer, now):
    accept_as_synonym(actor=marketer, term="gepäckträger", keyword="roof-rack", now=now)
    Synonym.objects.filter(text="gepäckträger").update(exclusion=True)
    take_back(actor=marketer, term="gepäckträger", keyword="roof-rack")
    assert ("gepäckträger", True) in words("roof-rack")


def test_a_word_whose_keyword_was_deleted_is_undecided_again(marketer, now):
    seen("gepäckträger", 1, 2, 3)
    made = accept_as_synonym(actor=marketer, term="gepäckträger", keyword="roof-rack", now=now)
    made.delete()
    vocabulary_changed()
    assert names() == ["gepäckträger"]
    assert forget_decided(now=now + timedelta(days=1)) == 0
    assert take_back(actor=marketer, term="gepäckträger", keyword="roof-rack") == "gepäckträger"
    accept_as_synonym(actor=marketer, term="gepäckträger", keyword="camping", now=now)
    assert find("gepäckträger").code == "camping"


def test_a_word_that_somebody_else_had_put_there_is_not_taken_out(marketer, now):
    Synonym.objects.create(keyword_id="roof-rack", text="gepäckträger")
    accept_as_synonym(actor=marketer, term="gepäckträger", keyword="roof-rack", now=now)
    with pytest.raises(Conflict, match="it stands for “roof rack”"):
        take_back(actor=marketer, term="gepäckträger", keyword="roof-rack")
    assert find("gepäckträger").code == "roof-rack"


@pytest.mark.parametrize("keyword", ["", "roof-rack", "\0", "x" * 5000])
def test_what_was_decided_otherwise_is_not_taken_back(marketer, now, keyword):
    accept_as_synonym(actor=marketer, term="dachzelt", keyword="camping", now=now)
    accept_as_keyword(actor=marketer, term="dachträger", now=now, **NEW)
    dismiss(actor=marketer, term="asdf", now=now)
    before = list(TermProposal.objects.values())
    for term, told in (("dachzelt", "“camping”"), ("dachträger", "“Roof tent”")):
        with pytest.raises(Conflict, match=f"it stands for {told}"):
            take_back(actor=marketer, term=term, keyword=keyword)
    if keyword:
        with pytest.raises(Conflict, match="has dismissed"):
            take_back(actor=marketer, term="asdf", keyword=keyword)
    assert list(TermProposal.objects.values()) == before
    assert (find("dachzelt").code, find("dachträger").code) == ("camping", "roof-tent")


def test_a_keyword_made_of_a_word_is_not_taken_back(marketer, now):
    made = accept_as_keyword(actor=marketer, term="dachzelt", now=now, **NEW)
    with pytest.raises(Conflict):
        take_back(actor=marketer, term="dachzelt", keyword=made.code)
    assert find("dachzelt") == made


def _dismisses(actor, now):
    dismiss(actor=actor, term="asdf", now=now)


def _adds(actor, now):
    accept_as_synonym(actor=actor, term="asdf", keyword="camping", now=now)


@pytest.mark.parametrize(("decides", "taken"), [(_dismisses, ""), (_adds, "camping")])
def test_an_hour_after_a_word_was_decided_about_nobody_is_known_to_have_used_it(marketer, now, decides, taken):
    seen("asdf", 1, 2, 3)
    seen("qwer", 1, 2, 3)
    decides(marketer, now)
    assert forget_decided(now=now + timedelta(minutes=59)) == 0
    assert forget_decided(now=now + timedelta(hours=1)) == 3
    assert set(TermSighting.objects.values_list("term", flat=True)) == {"qwer"}
    take_back(actor=marketer, term="asdf", keyword=taken)
    assert names() == ["qwer"]


@pytest.mark.parametrize("role", [None, Role.SERVICE_AGENT, Role.MODERATOR])
def test_others_may_not_decide(role, now):
    actor = staff(role) if role else member()
    with pytest.raises(NotAllowed):
        accept_as_synonym(actor=actor, term="dachzelt", keyword="camping", now=now)
    with pytest.raises(NotAllowed):
        accept_as_keyword(actor=actor, term="dachzelt", name_en="A", name_zh="甲", kind="part", now=now)
    with pytest.raises(NotAllowed):
        dismiss(actor=actor, term="dachzelt", now=now)
    assert TermProposal.objects.count() == 0
    TermProposal.objects.create(term="dachzelt", dismissed=True, decided_at=now)
    accept_as_synonym(actor=staff(Role.MARKETER, "mia"), term="dachträger", keyword="camping", now=now)
    for term, keyword in (("dachzelt", ""), ("dachträger", "camping")):
        with pytest.raises(NotAllowed):
            take_back(actor=actor, term=term, keyword=keyword)
    assert (TermProposal.objects.count(), find("dachträger").code) == (2, "camping")


@pytest.mark.parametrize("source", ["post", "search"])
def test_an_older_text_that_arrives_later_does_not_make_the_latest_one_older(source):
    for days in (3, 0):
        record_sightings([Sighting("dachzelt", 1, source, AT + timedelta(days=days))])
    assert TermSighting.objects.get().at == AT + timedelta(days=3)
