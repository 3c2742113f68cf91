"""Free words of an audience line that the vocabulary knows: under every name they find who cares about it."""

import json
from io import StringIO

import pytest
from django.core.management import call_command
from django.urls import reverse
from django.utils.html import strip_tags

from community.consent.api import withdraw
from community.kernel.api import now
from community.members.api import Role, change_space
from community.search.api import close_engines
from crm_bridge.audience import meant
from crm_bridge.audience.line import parse, render
from crm_bridge.audience.meant import words_of
from crm_bridge.audience.services import audience, everyone, question
from crm_bridge.keywords.vocabulary import vocabulary_changed
from crm_bridge.mirror import services
from crm_bridge.mirror.queries.segments import segments_of
from crm_bridge.models import Keyword, Segment, Synonym
from crm_bridge.segments.services import counted, save_segment
from tests.forgetting import forget_state
from tests.people import member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

BOTH = ("profiling:onsite", "product_news:email")
RACK_PEOPLE = {"ada", "ben"}
pytestmark = pytest.mark.django_db


@pytest.fixture
def words():
    load_words()
    Keyword.objects.create(code="hybrid", name_en="hybrid", name_zh="混动", kind="topic")
    Synonym.objects.bulk_create(
        [
            Synonym(keyword_id="power", text="hp"),
            Synonym(keyword_id="hybrid", text="hp"),
            Synonym(keyword_id="hybrid", text="power"),
        ]
    )
    vocabulary_changed()


@pytest.fixture
def people(words):
    """Two who care about roof racks, one who writes of a roof carrier, one who muted them, and others."""
    found = {name: permit(member(name), *BOTH) for name in ("ada", "ben", "dora", "hal", "muted", "gone")}
    found["writer"] = permit(member("writer"), "product_news:email")
    about(found["writer"], "A roof carrier, hardly used.")
    for name, term in {"ada": "roof rack", "ben": "roof rack", "dora": "power", "hal": "hybrid"}.items():
        services.add(member=found[name], term=term, now=now())
    for name in ("muted", "gone"):
        services.add(member=found[name], term="roof rack", now=now())
    services.mute(member=found["muted"], keyword="roof-rack", now=now())
    withdraw(member_id=found["gone"].pk, purpose="profiling", channel="onsite", source="test", now=now())
    drain()
    return found


def about(person, text):
    change_space(member=person, name="", about=text, language="en", now=now())


def names(line):
    return {person.member.username for person in audience(parse(line), now=now()).people}


def asked(line):
    found = question(parse(line), now=now())
    return found.words, found.either


@pytest.mark.serverless
@pytest.mark.parametrize(
    ("line", "rest", "either"),
    [
        ("ada", ("ada",), ()),
        ("roof", ("roof",), ()),
        ("interest:roof-rack", (), ()),
        ("roof bars", (), ((("roof", "bar"), ("roof", "rack"), ("行李", "李架")),)),
        ('ada "Roof Racks" stage:stable', ("ada",), ((("roof", "rack"), ("行李", "李架")),)),
        ("roof stage:stable bars", (), ((("roof", "bar"), ("roof", "rack"), ("行李", "李架")),)),
        ("好车顶架贵", ("好", "贵"), ((("车顶", "架"), ("roof", "rack"), ("行李", "李架")),)),
        ("雪地胎 加速", (), ((("雪地", "胎"), ("winter", "tyre"), ("冬季", "胎")), (("加速",), ("power",), ("动力",)))),
        ("hp", (), ((("hp",), ("power",), ("动力",), ("hybrid",), ("混动",)),)),
        ("power", (), ((("power",), ("动力",)),)),
    ],
)
def test_a_term_is_asked_for_as_it_is_written_and_by_the_names_of_its_keywords(words, line, rest, either):
    found = asked(line)
    assert found[0] == rest
    assert [groups[0] for groups in found[1]] == [groups[0] for groups in either]
    assert [set(groups) for groups in found[1]] == [
        set(groups) for groups in either
    ]  # of several keywords in any order


@pytest.mark.serverless
@pytest.mark.parametrize(
    ("line", "terms"),
    [
        ("Roof BARS", [("roof bars", {"roof-rack"})]),
        ("行李 架 ada", [("行李架", {"roof-rack"})]),
        ("hp", [("hp", {"power", "hybrid"})]),
        ("power", [("power", {"power"})]),
        ("norling-4t", [("norling-4t", {"norling-4t"})]),
        ("norling", []),
        ("roof bars roof bars", [("roof bars", {"roof-rack"})]),
    ],
)
def test_what_words_stand_for(words, line, terms):
    found = words_of(parse(line).words).terms
    assert [(term.said, {keyword.code for keyword in term.keywords}) for term in found] == terms


@pytest.mark.serverless
def test_terms_beyond_the_most_are_asked_for_as_words(words, monkeypatch):
    monkeypatch.setattr(meant, "MOST", 1)
    found = words_of(parse("roof bars 加速 roof bars").words)
    assert ([term.said for term in found.terms], found.rest) == (["roof bars"], "加速")


@pytest.mark.usefixtures("engine")
def test_every_name_and_synonym_finds_the_same_people_on_either_engine(people):
    close_engines()
    forget_state()
    drain()
    for line in ("interest:roof-rack", "roof rack", "roof racks", "行李架", "车顶架", "roof bars"):
        assert names(line) == RACK_PEOPLE, line
    assert (names("hp"), names("power"), names("acceleration")) == ({"dora", "hal"}, {"dora"}, {"dora"})
    assert (names("ada 车顶架"), names("dora 车顶架")) == ({"ada"}, set())
    Synonym.objects.create(keyword_id="roof-rack", text="roof carrier")
    assert names("roof carrier") == {"writer"}
    vocabulary_changed()
    assert names("roof carrier") == {"writer", *RACK_PEOPLE}
    found = audience(parse("roof carrier"), now=now())
    assert (found.total, dict(found.facets["interests"])["roof-rack"]) == (3, 2)
    assert {person.member.username: bool(person.matching) for person in found.people}["ada"]
    assert set(everyone(parse("roof carrier"), now=now())) == {people[one].pk for one in ("ada", "ben", "writer")}
    Synonym.objects.filter(text="roof carrier").delete()
    vocabulary_changed()
    assert names("roof carrier") == {"writer"}


def test_who_muted_it_or_permits_no_profile_is_not_even_counted(people):
    assert audience(parse("车顶架 permit:offers:email"), now=now()).counted_only is None
    others = [permit(member(f"quiet{number}"), "profiling:onsite") for number in range(10)]
    for person in others:
        services.add(member=person, term="roof rack", now=now())
    drain()
    assert audience(parse("车顶架"), now=now()).counted_only == 10
    for person in others:
        withdraw(member_id=person.pk, purpose="profiling", channel="onsite", source="test", now=now())
    drain()
    assert audience(parse("车顶架"), now=now()).counted_only is None


def test_why_somebody_was_found_is_told(people):
    about(people["writer"], "My 行李架 is red.")
    drain()
    found = {person.member.username: person for person in audience(parse("roof bars"), now=now()).people}
    assert [interest.code for interest in found["ada"].matching] == ["roof-rack"]
    assert found["writer"].told == ["Writes on their space: “My 行李架 is red.”"]
    for term in ("camping", "winter tyre", "norling-4t"):
        services.add(member=people["dora"], term=term, now=now())
    services.correct(member=people["dora"], keyword="power", weight=1.0, now=now())
    drain()
    power = {person.member.username: person for person in audience(parse("acceleration"), now=now()).people}
    assert [interest.code for interest in power["dora"].matching] == ["power"]


def test_a_segment_counts_whom_the_list_and_the_mirror_have(people):
    marketer = staff(Role.MARKETER)
    for number in range(9):
        services.add(member=permit(member(f"more{number}"), *BOTH), term="roof rack", now=now())
    drain()
    saved = save_segment(actor=marketer, name="Racks", line="车顶架", now=now())
    (row,) = counted(actor=marketer, now=now())
    assert (row.size, audience(parse(saved.line), now=now()).total) == (11, 11)
    assert [one.name for one in segments_of(people["ada"], now=now())] == ["Racks"]
    assert segments_of(people["dora"], now=now()) == []
    assert segments_of(people["muted"], now=now()) == []
    assert render(parse(saved.line)) == "车顶架"


@pytest.mark.serverless
@pytest.mark.parametrize("count", [1, 3])
def test_segments_with_words_ask_for_the_vocabulary_once(words, count, django_assert_num_queries):
    ada = permit(member("ada"), "product_news:email")
    drain()
    for number in range(count):
        line = f"车顶架 person{number}"
        Segment.objects.create(name=line, line=line, purpose="product_news", channel="email", created_at=now())
    segments_of(ada, now=now())
    with django_assert_num_queries(3):
        assert segments_of(ada, now=now()) == []


def printed(line, **options):
    out = StringIO()
    call_command("audience", line, stdout=out, **options)
    return out.getvalue()


def test_the_command_says_what_a_word_was_taken_for(people):
    assert printed("roof bars ada").splitlines()[1] == (
        "“roof bars” also finds people who care about roof rack (roof-rack)."
    )
    (hp,) = json.loads(printed("hp", format="json"))["meant"]
    assert (hp["words"], sorted(hp["keywords"])) == ("hp", ["hybrid", "power"])
    assert "also finds" not in printed("ada")
    assert json.loads(printed("ada", format="json"))["meant"] == []


def test_the_workbench_says_what_a_word_was_taken_for(people, client):
    marketer = staff(Role.MARKETER)
    client.force_login(marketer)

    def page(line):
        return strip_tags(client.get(reverse("crm:people"), {"q": line}).content.decode())

    assert "“roof bars” also finds people who care about roof rack." in page("roof bars")
    assert "also finds people" not in page("ada")
    marketer.language = "zh-hans"
    marketer.save(update_fields=["language"])
    assert "“车顶架”也会找到关心行李架的人。" in page("车顶架")
