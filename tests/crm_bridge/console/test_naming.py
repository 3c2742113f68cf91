"""The names of an erased person leave what the brand's people asked and saved, and nothing else leaves it."""

import pytest

from community.kernel.api import now
from community.members.api import CarEntry, Member, Role, erase_member, set_garage
from crm_bridge.audience.line import parse, render
from crm_bridge.console.naming import take_names_out
from crm_bridge.keywords.proposals import accept_as_synonym, dismiss, proposals
from crm_bridge.keywords.sightings import Sighting, record_sightings
from crm_bridge.models import AccessEntry, AudienceQuestion, Segment, TermProposal, TermSighting
from crm_bridge.segments.services import counted, save_segment
from tests.people import member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


@pytest.fixture
def marketer():
    return staff(Role.MARKETER, "viktor")


def left(line, *, username="wangxm", name="王小明"):
    """What is left of a line, wherever it is kept, once somebody is erased."""
    person, kept = member(username, name=name), {"purpose": "product_news", "channel": "email"}
    Segment.objects.create(name="One", line=line, created_at=now(), **kept)
    AudienceQuestion.objects.create(kind="list", line=line, at=now(), **kept)
    AccessEntry.objects.create(member_id=member().pk, actor_id=0, kind="listed", why=line, at=now(), **kept)
    erase_member(member=person, now=now())
    (text,) = {Segment.objects.get().line, AudienceQuestion.objects.get().line, AccessEntry.objects.get().why}
    return text


def test_a_segment_of_an_erased_person_is_broken_and_not_everybody(marketer):
    person = permit(member("wangxm"), "product_news:email")
    for _ in range(12):
        permit(member(), "product_news:email")
    save_segment(actor=marketer, name="One person", line="wangxm", now=now())
    erase_member(member=person, now=now())
    drain()
    (row,) = counted(actor=marketer, now=now())
    assert (row.segment.line, row.size) == ("…", None)
    assert row.broken == "There is nothing to search for in “…”."


@pytest.mark.parametrize(
    "line", ['owns:"audi a4 avant"', "audi ann", '"annual audi meeting"', "anna annaudi", 'audi owns:"ann audi"']
)
def test_ordinary_words_of_a_display_name_stay_and_so_do_values_of_keys(line):
    assert left(line, username="quattro", name="Ann Audi") == line


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("ann audi stage:stable", "… stage:stable"),
        ('camping "letters to Ann  Audi" club:ann', "camping … club:ann"),
        ("ANN AUDI Quattro power", "… power"),
        ("quattro2 quattro audi", "quattro2 … audi"),
        ('stage:stable "ann audi was cut of', "stage:stable …"),
    ],
)
def test_free_words_that_quote_a_whole_name_lose_it(line, after):
    assert left(line, username="quattro", name="Ann Audi") == after


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("王小明", "…"),
        ("露营 王小明的车 power", "露营 … power"),
        ("给wangxm的信", "…"),
        ('"给王小明的朋友" language:zh', "… language:zh"),
        ("wangxm2 awangxm 小明", "wangxm2 awangxm 小明"),
    ],
)
def test_chinese_names_are_found_within_a_sentence(line, after):
    assert left(line) == after


def test_a_name_within_the_name_of_a_segment_goes_and_the_rest_of_it_stays(marketer):
    person = member("wangxm", name="王小明")
    names = ["给王小明的朋友", "给wangxm的信", "wangxm2", "Like WangXM, and near"]
    for name in names:
        save_segment(actor=marketer, name=name, line="", now=now())
    erase_member(member=person, now=now())
    after = ["给…的朋友", "给…的信", "wangxm2", "Like …, and near"]
    assert list(Segment.objects.order_by("pk").values_list("name", flat=True)) == after


def test_a_question_for_a_car_is_still_read_after_somebody_called_like_it_was_erased():
    set_garage(member=member(), cars=[CarEntry("Audi", "A4 Avant", 2020)], now=now())
    line = render(parse('owns:"audi a4 avant"'))
    assert render(parse(left(line, username="quattro", name="Ann Audi"))) == line


@pytest.mark.parametrize("username", ["王", "A", "é", "-"])
def test_one_character_is_no_name_to_look_for(username, django_assert_num_queries):
    person = member()
    Member.objects.filter(pk=person.pk).update(username=username, name="")  # as an import makes them
    person.refresh_from_db()
    Segment.objects.create(name="Cold tents of 王, A and é", line="王 A é -interest:a", created_at=now())
    with django_assert_num_queries(0):
        take_names_out(person)
    erase_member(member=person, now=now())
    assert Segment.objects.values_list("name", "line").get() == ("Cold tents of 王, A and é", "王 A é -interest:a")


@pytest.mark.parametrize(
    ("line", "after"),
    [
        ("ÉLODIE-MÜLLER", "…"),
        ("élodie müller", "…"),
        ("E\u0301lodie_Mu\u0308ller tent", "… tent"),
        ("Ｅ\u0301ｌｏｄｉｅ－Ｍüller", "…"),
        ("elodie muller", "elodie muller"),
        ("Élodie-Müllers", "Élodie-Müllers"),
        ("ANNA BERG cold", "… cold"),
        ("ＡＮＮＡ ＢＥＲＧ cold", "… cold"),
        ("Joanna-Bergen anna", "Joanna-Bergen anna"),
    ],
)
def test_a_name_is_found_however_its_letters_and_signs_are_written(line, after):
    assert left(line, username="Élodie-Müller", name="anna-berg") == after


def test_the_names_of_segments_stay_within_their_length_and_apart():
    person = member("wangxm", name="Ada Lovelace")
    names = ["wangxm " + 73 * "x", "Ada  Lovelace " + 66 * "x", "… " + 78 * "x", "… 2", "wangxm", "ada lovelace", "…"]
    for name in names:
        Segment.objects.create(name=name, line="", created_at=now())
    erase_member(member=person, now=now())
    after = list(Segment.objects.order_by("pk").values_list("name", flat=True))
    assert after == ["… " + 73 * "x", "… " + 66 * "x", "… " + 78 * "x", "… 2", "… 4", "… 3", "…"]
    assert max(map(len, after)) == 80


def test_a_short_name_reads_no_log_of_looks(django_assert_num_queries):
    """Each question is read once, however many people it found, and no row of the log comes into memory."""
    person, kept = member("te", name="Te"), {"purpose": "product_news", "channel": "email", "at": now()}
    for line in ("interest:tent", "te interest:tent", "latest"):
        AccessEntry.objects.bulk_create(
            AccessEntry(member_id=person.pk + n, actor_id=0, kind="listed", why=line, **kept) for n in range(1, 300)
        )
    with django_assert_num_queries(4 + 2 + 1):  # each column of lines and of words, and the one line that is changed
        take_names_out(person)
    lines = {
        line: AccessEntry.objects.filter(why=line).count() for line in ("interest:tent", "… interest:tent", "latest")
    }
    assert lines == dict.fromkeys(lines, 299)


def test_a_name_does_not_stay_as_a_word_the_vocabulary_does_not_know(marketer):
    load_words()
    words = ["wangxm", "给wangxm的信", "ann audi", "wangxm2", "audi", "dashcam", "annaudi"]
    people = [member().pk for _number in range(3)]
    record_sightings(Sighting(word, pk, "search", now()) for word in words for pk in people)
    for word in ("ＷＡＮＧＸＭ garage", "sprocket"):
        dismiss(actor=marketer, term=word, now=now())
    accept_as_synonym(actor=marketer, term="wangxm rack", keyword="roof rack", now=now())
    erase_member(member=member("wangxm", name="Ann Audi"), now=now())
    assert {proposal.term for proposal in proposals()} == {"wangxm2", "audi", "dashcam", "annaudi"}
    assert TermSighting.objects.count() == 4 * 3
    # What somebody decided is a word of the vocabulary.
    assert set(TermProposal.objects.values_list("term", flat=True)) == {"sprocket", "wangxm rack"}
