"""Elasticsearch is away: every address answers as ever or says so, and so does every command."""

from __future__ import annotations

from io import StringIO
from itertools import product

import pytest
from django.core.management import CommandError, call_command, get_commands
from django.db import transaction
from django.test import Client
from django.test.utils import override_settings

from community.members.api import Role
from community.search.registry import close_engines, forget_engines
from tests.addresses import ROWS, sent_to, things
from tests.forums.importers.dumps import write_dump
from tests.outage import Door
from tests.people import permit, staff
from tests.relay import drain

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]

COLUMNS = {"guest": 0, "brand_manager": -1}  # who gets in least and most, and their places in the table
AWAY = "Search is away"
# What needs the engine, and with which status it says so; everything else is as ever.
SAYS_SO = {
    "/search/?q=roof": 200,
    "/me/knows/": 200,
    "/workbench/": 200,
    "/workbench/people/": 503,
    "/workbench/people/export/": 503,
    "/workbench/segments/": 200,
}
# Commands of ours by what is asked of them, and what they say where they cannot do it.
NO_ANSWER = "The engine does not answer: Elasticsearch is away"
COMMANDS = {
    "add_board skiing Skiing 滑雪": "",
    "add_circle skiing Skiing 滑雪": "",
    "audience active<30d": "Search is away at the moment; try again in a minute",
    "club_role touring reached host": "",
    "erasures list": "",
    "erasures repeat {folder}/list": "",
    "explain reached": "",
    "facts_doc": "",
    "import_clubs {folder}/clubs.json": "",
    "import_comments {folder}/comments.csv --board bikes": "",
    "import_stackexchange {folder} --board dump": "",
    "load_vocabulary": "",
    "rebuild_profiles": "",
    "recount": "",
    "relay status": "",
    "role reached moderator": "",
    "search status": "",
    "search rebuild": NO_ANSWER,
    "search check": NO_ANSWER,
    "search check --repair": NO_ANSWER,
    "settings_doc": "",
    "wording_doc": "",
}
OURS = {"clubs", "community", "crm_bridge", "demo", "forums", "ideas"}
# Those that run until they are stopped, make a whole site, or fill another database.
ELSEWHERE = {"copy_database", "demo", "load_demo", "start", "worker"}


def build_world():
    """One of each thing, with a name to put into addresses, and the browsers of some people."""
    names = things()
    clients = {column: Client() for column in COLUMNS}
    clients["brand_manager"].force_login(permit(staff(Role.BRAND_MANAGER), "product_news:email"))
    drain()
    return names, clients


@pytest.fixture(autouse=True)
def away(world):
    """Nobody listens where Elasticsearch was."""
    door = Door("http://127.0.0.1:9")
    door.refuse()
    forget_engines()
    with override_settings(ELASTICSEARCH_URL=door.url):
        yield
        close_engines()


def test_every_address_answers_as_ever_or_says_so(world):
    names, clients = world
    said = set()
    for (method, address, expected), column in product(ROWS, COLUMNS):
        outcome = expected[COLUMNS[column]]
        if outcome in {"in", "403", "404"}:
            continue  # refused before anything is asked
        with transaction.atomic():
            answer = getattr(clients[column], method)(address.format(**names), sent_to(address, names))
            transaction.set_rollback(True)
        if AWAY in answer.content.decode():
            said.add((address, column, answer.status_code))
        else:
            assert answer.status_code < 400 if not outcome.isdecimal() else answer.status_code == int(outcome), address
    assert said == {(address, "brand_manager", status) for address, status in SAYS_SO.items()} | {
        ("/search/?q=roof", "guest", 200)
    }


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_does_its_work_or_says_so(command, tmp_path):
    write_dump(tmp_path)
    (tmp_path / "list").write_text("")
    (tmp_path / "clubs.json").write_text('{"Norling": ["Norling 4"]}')
    (tmp_path / "comments.csv").write_text("content_id,author,date,content\n1,Ann,2018-05-01,About racks\n")
    words, out = command.format(folder=tmp_path).split(), StringIO()
    if COMMANDS[command]:
        with pytest.raises(CommandError, match=COMMANDS[command]):
            call_command(*words, stdout=out)
    else:
        call_command(*words, stdout=out)
    assert ("no answer (away: Elasticsearch is away)" in out.getvalue()) == (command == "search status")


def test_every_command_is_in_the_table():
    named = {command.split()[0] for command in COMMANDS}
    assert named | ELSEWHERE == {name for name, app in get_commands().items() if app.partition(".")[0] in OURS}
