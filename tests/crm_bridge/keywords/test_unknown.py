"""Words of texts that may be worth a keyword."""

import time
from datetime import timedelta
from functools import partial

import pytest
from django.core.cache import cache
from django.db import transaction

from community.consent.api import withdraw
from community.kernel.markup import quote
from community.members.api import erase_member
from crm_bridge import receivers
from crm_bridge.keywords.proposals import proposals
from crm_bridge.keywords.sightings import Sighting, prune_sightings, record_sightings
from crm_bridge.keywords.unknown import unknown_words
from crm_bridge.keywords.vocabulary import vocabulary
from crm_bridge.models import Signal, TermProposal, TermSighting
from crm_bridge.profiles.projector import rebuild_profiles
from crm_bridge.receivers import bound_sightings
from forums.api import ensure_board, open_topic, write_post
from forums.services import edit_post
from tests.contests import DRAFT, contest, idea
from tests.people import THEN, member, permit
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _words():
    load_words()


@pytest.fixture
def board():
    return ensure_board(slug="touring", title_en="Touring", title_zh="旅行")


def people(count):
    return [permit(member(f"writer{n}"), "profiling:onsite", now=DRAFT) for n in range(count)]


def sightings():
    rows = TermSighting.objects.order_by("term", "member_id", "source")
    return list(rows.values_list("term", "member_id", "source", "count", "at"))


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("My dashcam sees more than I do, really", ["dashcam"]),
        ("A cat and a dog", []),
        ("the derailleur, a Derailleur and a sprocket", ["derailleur", "sprocket"]),
        ("See https://dashcam.example/sprocket or ann@sprocket.example, @sprocket", []),
        (60 * "这" + "maja.sprocket@dashcam.example", []),
        ("Write to lefèvre@dashcam.example or иванов@sprocket.example", []),
        ("It isn't, it doesn’t, they aren't", []),
        ("roof racks and a rack, the snow", []),  # known, or part of what is known
        ("wonderfully grinding, soldered, boldest", []),
        ("rav4 90210 x9", ["rav4"]),
        ("e-bikes", ["e-bikes"]),
        ("装了出风口香薰，出风口有点松", ["出风口", "香薰"]),
        ("这是我换的，不太好", []),
        ("今天的天气，觉得朋友", []),
        ("车顶行李架", []),
        ("x" * 30, []),
    ],
)
def test_words_that_may_be_nouns(text, words):
    for _time in range(2):  # as decided, and as remembered
        assert unknown_words(text, vocabulary()) == words


@pytest.mark.parametrize("word", ["a", "a.", "a-", "@", "a'", "www.", "it's ", "a\u0301\u0323", "\u0301\u0323", "行李"])
def test_one_endless_word_takes_no_longer_than_many_short_ones(word):
    began = time.process_time()
    unknown_words(f"it's {(word * 40_000)[:40_000]} it's @", vocabulary())
    assert time.process_time() - began < 1


def test_of_one_text_at_most_four_words_are_taken_the_most_frequent_first():
    text = "sprocket " * 3 + "derailleur " * 2 + "pannier freehub bidon " + "bidon " * 4
    assert unknown_words(text, vocabulary()) == ["bidon", "sprocket", "derailleur", "pannier"]


def test_what_several_people_write_is_proposed_with_where_they_wrote_it(board, now):
    ann, bea, cid = people(3)
    topic = open_topic(author=ann, board=board, title="Which dashcam?", source="A dashcam, for winter.", now=now)
    write_post(author=bea, topic=topic, source="Any dashcam. My dashcam is old.", now=now)
    write_post(author=bea, topic=topic, source="Still the same dashcam.", now=now)
    idea(contest(), cid, title="A dashcam")
    drain()
    (proposal,) = [each for each in proposals() if each.term == "dashcam"]
    assert (proposal.people, [(s.name, s.people, s.uses) for s in proposal.sources]) == (
        3,
        [("several", 3, 3)],
    )


def test_what_somebody_quotes_teaches_nothing_of_them_and_names_nobody(board, now):
    ann, bea = people(2)
    topic = open_topic(author=ann, board=board, title="On roads", source="A dashcam on the roof rack.", now=now)
    said = quote("Sofia Papadaki", topic.posts.get().pk, "A dashcam on the roof rack.")
    post = write_post(author=bea, topic=topic, source=f"{said}With a sprocket.", now=now)
    edit_post(editor=bea, post=post, source=f"{said}With a derailleur.", now=now + timedelta(days=1))
    drain()
    noted = {(term, who) for term, who, *_rest in sightings()}
    assert noted == {("dashcam", ann.pk), ("sprocket", bea.pk), ("derailleur", bea.pk)}
    assert set(Signal.objects.filter(keyword="roof-rack").values_list("member_id", flat=True)) == {ann.pk}


def test_without_the_permission_no_word_is_noted(board, now):
    open_topic(author=member("ada"), board=board, title="Which dashcam?", source="A dashcam.", now=now)
    drain()
    assert sightings() == []


def test_a_rebuild_notes_the_same_words(board, now):
    ann, bea = people(2)
    topic = open_topic(author=ann, board=board, title="Which dashcam?", source="A dashcam.", now=now)
    for day in (3, 1, 2):
        write_post(author=bea, topic=topic, source="A dashcam or a 行车记录仪", now=now + timedelta(days=day))
    drain()
    found = sightings()
    assert len(found) == 3
    list(rebuild_profiles(now=now))
    assert sightings() == found


def test_a_withdrawal_and_an_erasure_take_the_words_along(board, now):
    ann, bea = people(2)
    topic = open_topic(author=ann, board=board, title="Which dashcam?", source="A dashcam.", now=now)
    write_post(author=bea, topic=topic, source="Any dashcam.", now=now)
    drain()
    withdraw(member_id=ann.pk, purpose="profiling", channel="onsite", source="test", now=now)
    drain()
    assert {row[1] for row in sightings()} == {bea.pk}
    erase_member(member=bea, now=now)
    drain()
    list(rebuild_profiles(now=now))
    assert sightings() == []


def noted(term, *who, source="post"):
    record_sightings(Sighting(term, one, source, THEN) for one in who)


def terms():
    return list(TermSighting.objects.order_by("pk").values_list("term", "member_id"))


def test_beyond_the_bounds_words_of_one_person_go_first_then_the_oldest():
    noted("sprocket", 1)
    noted("dashcam", 1, 2)
    noted("jerry can", 3, source="search")
    noted("freehub", 1)
    noted("bidon", 2)
    assert prune_sightings(most=5) == 0
    assert prune_sightings(most=4) == 1
    assert terms() == [("dashcam", 1), ("dashcam", 2), ("jerry can", 3), ("freehub", 1), ("bidon", 2)]
    assert prune_sightings(most=1) == 3
    assert terms() == [("dashcam", 2), ("jerry can", 3)]


def test_the_bounds_are_seen_to_once_an_hour(monkeypatch):
    monkeypatch.setattr(receivers, "prune_sightings", partial(prune_sightings, most=1))
    noted("dashcam", 1, 2)
    assert [bound_sightings(), len(terms())] == [1, 1]
    noted("dashcam", 3)
    assert [bound_sightings(), len(terms())] == [0, 2]
    cache.clear()
    assert [bound_sightings(), len(terms())] == [1, 1]


def test_who_used_a_dismissed_word_goes_with_the_same_turn():
    noted("dashcam", 1, 2)
    TermProposal.objects.create(term="dashcam", dismissed=True, decided_at=THEN)
    assert [bound_sightings(), terms()] == [2, []]


def test_words_of_a_batch_are_looked_up_and_noted_in_two_statements(django_assert_num_queries):
    rows = [Sighting("dashcam", who, "post", THEN) for who in range(1, 30)]
    for _time in range(2):
        with transaction.atomic(), django_assert_num_queries(2):
            record_sightings(rows)
    assert TermSighting.objects.count() == 29
