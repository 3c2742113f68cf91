"""``manage.py audience``: what it prints, and how a mistake is shown."""

import json
from datetime import timedelta
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from community.consent.api import withdraw
from community.kernel.api import now
from community.members.api import CarEntry, Member, set_garage
from community.search.api import close_engines
from community.search.port import tie
from crm_bridge.audience.line import LineError, parse
from crm_bridge.audience.services import audience, size_of
from crm_bridge.keywords.vocabulary import vocabulary_changed
from crm_bridge.management.commands.audience import Command, explained
from crm_bridge.mirror import services
from crm_bridge.models import AccessEntry, AudienceQuestion, Keyword, Profile
from tests.forgetting import forget_state
from tests.people import member, permit
from tests.relay import drain
from tests.vocabulary import load_words

BOTH = ("profiling:onsite", "product_news:email")
CARS = {
    "ada": ("Norling", "4 Touring"),
    "ben": ("诺岭", "Speedster"),
    "cyd": ("Dax", "speedster"),
    "dora": ("Dax", "2"),
}
pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def people():
    load_words()
    Keyword.objects.create(code="norling", name_en="Norling", name_zh="诺岭", kind="model")
    vocabulary_changed()
    found = {}
    for name, (brand, model) in CARS.items():
        found[name] = permit(member(name), *BOTH)
        set_garage(member=found[name], cars=[CarEntry(brand, model, None)], now=now())
    services.add(member=found["ben"], term="power", now=now())
    services.add(member=found["dora"], term="camping", now=now())
    drain()
    return found


def asked(*args, **options):
    out = StringIO()
    call_command("audience", *args, format="json", stdout=out, **options)
    return json.loads(out.getvalue())


def names(line):
    return {person.member.username for person in audience(parse(line), now=now()).people}


def test_what_is_printed_is_a_look_of_the_operator(people):
    asked("owns:norling", limit=1)
    entry, counted = AccessEntry.objects.order_by("pk")
    assert {entry.member_id, counted.member_id} == {people["ada"].pk, people["ben"].pk}
    assert (counted.actor_title, counted.kind, counted.why) == ("operator", "counted", "owns:norling")
    assert (entry.actor_id, entry.actor_title, entry.kind, entry.why) == (0, "operator", "listed", "owns:norling")
    assert (entry.purpose, entry.channel) == ("product_news", "email")
    question = AudienceQuestion.objects.get()
    assert (question.actor, question.kind, question.line) == (None, "command", "owns:norling")


@pytest.mark.parametrize(
    ("line", "drivers"),
    [
        ("owns:norling", {"ada", "ben"}),
        ("owns:诺岭", {"ada", "ben"}),
        ('owns:"Norling 4 Touring"', {"ada"}),
        ("owns:诺岭4旅行版", {"ada"}),
        ('owns:"4 touring"', {"ada"}),
        ("owns:Speedster", {"ben", "cyd"}),
        ("owns:dax", {"cyd", "dora"}),
        ('owns:"Dax 2",诺岭', {"ada", "ben", "dora"}),
        ("-owns:dax", {"ada", "ben"}),
    ],
)
def test_cars_are_found_by_brand_by_model_and_by_both(line, drivers):
    assert names(line) == drivers


def test_an_order_leaves_nobody_out(people):
    services.correct(member=people["dora"], keyword="camping", weight=2.0, now=now())
    services.add(member=people["ada"], term="camping", now=now())
    drain()
    every = audience(parse("sort:interest:camping"), now=now())
    order = [person.member.username for person in every.people]
    assert (every.total, set(order[:2]), set(order[2:])) == (4, {"ada", "dora"}, {"ben", "cyd"})
    paged = [audience(parse("sort:interest:camping"), page=page, size=3, now=now()) for page in (1, 2)]
    assert [person.member.username for page in paged for person in page.people] == order
    single = [audience(parse("sort:interest:camping"), page=page, size=1, now=now()).people for page in (1, 2, 3, 4)]
    assert [one.member.username for (one,) in single] == order
    assert dict(every.facets["interests"]).items() >= {"camping": 2, "power": 1}.items()
    assert size_of(parse("sort:interest:camping"), now=now()) == 4
    assert audience(parse("interest:power sort:interest:camping"), now=now()).total == 1
    without = audience(parse("-interest:power sort:interest:camping"), now=now())
    assert {person.member.username for person in without.people} == {"ada", "cyd", "dora"}


def test_the_answer_as_json_can_be_asked_again():
    Profile.objects.update(stage="growth")
    found = asked("interest:动力 sort:-joined")
    assert set(found) == {"line", "meant", "total", "purpose", "channel", "members", "facets", "counted_only"}
    assert found["line"] == "interest:power sort:-joined"
    (ben,) = found["members"]
    assert (ben["username"], ben["stage"]) == ("ben", "growth")
    assert all(set(interest) == {"keyword", "name", "weight", "reasons"} for interest in ben["interests"])
    keys = ["active", "club", "interest", "joined", "language", "owns", "permit", "stage"]
    assert sorted(found["facets"]) == keys
    everybody = asked("")
    for values in everybody["facets"].values():
        for value in values:
            parse(value["part"])
    cars = everybody["facets"]["owns"]
    assert [(one["part"], one["count"]) for one in cars] == [
        ('owns:"dax 2"', 1),
        ('owns:"dax speedster"', 1),
        ("owns:norling-4t", 1),
        ('owns:"诺岭 speedster"', 1),
    ]
    assert [one["part"] for one in everybody["facets"]["active"]] == [
        "active<7d",
        "active<30d active>7d",
        "active<90d active>30d",
        "active<365d active>90d",
        "active>365d",
    ]
    assert {"part": "permit:product_news:email", "value": "product_news:email", "count": 4} in everybody["facets"][
        "permit"
    ]
    assert everybody == asked("")


@pytest.mark.parametrize("limit", [0, -1])
def test_a_limit_out_of_reach_is_refused(limit):
    with pytest.raises(CommandError, match="from 1 on"):
        asked("", limit=limit)


def test_a_limit_shows_so_many():
    assert (len(asked("", limit=2)["members"]), asked("", limit=2)["total"]) == (2, 4)
    assert len(asked("", limit=10_000)["members"]) == 4


@pytest.mark.usefixtures("engine")
def test_beyond_what_engines_sort_everybody_else_follows_once(people, monkeypatch):
    for days, name in enumerate(("dora", "cyd", "ben", "ada")):
        Member.objects.filter(pk=people[name].pk).update(joined_at=now() - timedelta(days=days))
    close_engines()
    forget_state()  # nothing is indexed in this one yet
    drain()
    monkeypatch.setattr("crm_bridge.audience.services.MAX_WINDOW", 2)
    others = sorted(("ada", "ben"), key=lambda name: tie(str(people[name].pk)))
    everybody = ["dora", "cyd", *others]
    for limit in (2, 3, 4, 9):
        found = asked("sort:-joined", limit=limit)
        assert [one["username"] for one in found["members"]] == everybody[:limit]
        assert (found["total"], found["facets"] == {}) == (4, False)


def test_who_withdrew_beyond_what_engines_sort_is_not_listed_either(people, monkeypatch):
    monkeypatch.setattr("crm_bridge.audience.services.MAX_WINDOW", 2)
    *first, gone, last = (one["username"] for one in asked("", limit=4)["members"])
    withdraw(member_id=people[gone].pk, purpose="product_news", channel="email", source="test", now=now())
    found = asked("", limit=4)
    assert [one["username"] for one in found["members"]] == [*first, last]
    assert (found["total"], found["facets"]) == (3, {})


@pytest.mark.parametrize(
    "argv",
    [["-owns:dax"], ["--limit", "9", "-owns:dax"], ["-owns:dax", "--limit", "9"], ["--", "-owns:dax"], ["－owns：dax"]],
)
def test_a_line_may_begin_with_a_minus(argv, capsys):
    Command().run_from_argv(["manage.py", "audience", *argv])
    assert capsys.readouterr().out.startswith("2 people permit")


@pytest.mark.serverless
@pytest.mark.parametrize(
    ("argv", "line"),
    [
        (["-roof"], "-roof"),
        (["--limit", "9", "-roof"], "-roof"),
        (["-roof", "-v", "2"], "-roof"),
        (["-v2", "-roof"], "-roof"),
        (["-roof", "--format=json"], "-roof"),
        (["--", "-roof"], "-roof"),
        (["-行李架"], "-行李架"),
        (["-4x4"], "-4x4"),
        (["-help"], "-help"),
        (["-verbose"], "-verbose"),
        (['-"roof rack"'], '-"roof rack"'),
    ],
)
def test_a_minus_before_a_word_is_explained_at_its_place(argv, line, capsys):
    with pytest.raises(SystemExit):
        Command().run_from_argv(["manage.py", "audience", *argv])
    told, shown, pointer = capsys.readouterr().err.splitlines()
    assert told == "CommandError: A minus stands before “interest:”, “club:” and the like."
    assert (shown, set(pointer.strip())) == (f"  {line}", {"^"})


@pytest.mark.serverless
@pytest.mark.parametrize(
    ("argv", "told"),
    [
        (["", "--limit", "-1"], "--limit is a number from 1 on."),
        (["", "--no-such"], "unrecognized arguments: --no-such"),
        (["-v", "2"], "the following arguments are required: line"),
        (["-v=2"], "the following arguments are required: line"),
    ],
)
def test_options_and_their_numbers_are_no_lines(argv, told, capsys):
    with pytest.raises(SystemExit):
        Command().run_from_argv(["manage.py", "audience", *argv])
    assert told in capsys.readouterr().err


@pytest.mark.parametrize(
    ("line", "pointer"),
    [
        ("stage:happy", "^^^^^^^^^^^"),
        ("行李架 stage:x", "       ^^^^^^^"),
        ("行李架\tstage：x", "       ^^^^^^^^"),
        ("ada 兴趣:power", "    ^^^^"),
    ],
)
def test_the_pointer_stands_under_the_mistake(line, pointer):
    with pytest.raises(LineError) as caught:
        parse(line)
    shown = explained(caught.value, line).splitlines()
    assert shown[1:3] == [f"  {line.replace(chr(9), ' ')}", f"  {pointer}"]


@pytest.mark.usefixtures("engine")
def test_before_anything_is_indexed_the_relay_is_named():
    close_engines()
    with pytest.raises(CommandError, match=r"Nothing is indexed yet: manage\.py relay --drain makes"):
        asked("")


def test_an_outage_is_waited_for(settings):
    close_engines()
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
    with pytest.raises(CommandError, match="Search is away at the moment; try again in a minute"):
        asked("")
    close_engines()
