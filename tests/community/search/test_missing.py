"""An index that was never made, or is lost, is no outage: the commands say so and make it."""

from datetime import UTC, datetime, timedelta
from importlib import import_module
from io import StringIO

import pytest
from django.apps import apps
from django.core.management import CommandError, call_command

from community.search import registry
from community.search.models import FailedDocument
from community.search.port import Field, Query, Schema
from community.search.registry import Index, close_engines, engine_of, register_index
from community.search.services import flush

pytestmark = pytest.mark.django_db

ROWS = {"a": {"tag": "x"}, "b": {"tag": "y"}}
SCHEMA = Schema("things", {"tag": Field("keyword")})


@pytest.fixture
def things(monkeypatch):
    """An index that nobody has made."""
    monkeypatch.setattr(registry, "_INDEXES", {})
    monkeypatch.setattr(registry, "_ENGINES", {})
    register_index(Index("things", SCHEMA, lambda ids: [(one, ROWS[one]) for one in ids], lambda: iter(ROWS)))


def said(*words, **options):
    out = StringIO()
    call_command("search", *words, stdout=out, **options)
    return out.getvalue()


def found():
    engine_of("things").refresh()
    return sorted(engine_of("things").search(Query()).ids)


@pytest.mark.usefixtures("engine", "things")
def test_a_check_says_that_an_index_is_missing_and_what_makes_it():
    with pytest.raises(CommandError, match=r"The index things is missing: manage\.py relay --drain makes and fills it"):
        said("check")
    assert engine_of("things").missing()


@pytest.mark.usefixtures("engine", "things")
def test_a_repair_makes_and_fills_what_is_missing():
    assert said("check", repair=True) == "things: 2 documents written, 0 refused\n"
    assert found() == ["a", "b"]
    assert said("check") == "things: 0 missing, 0 too many, 0 out of date\n"


@pytest.mark.usefixtures("engine", "things")
def test_the_status_tells_a_missing_index_from_an_empty_one():
    kind = type(engine_of("things")).__name__
    makes = "manage.py relay --drain makes and fills it"
    assert said("status") == f"things: {kind}, missing ({makes}), 0 waiting (0.0 s), 0 refused\n"
    flush()
    engine_of("things").refresh()
    assert said("status") == f"things: {kind}, 2 documents, 0 waiting (0.0 s), 0 refused\n"


@pytest.mark.usefixtures("engine", "things")
def test_the_status_says_which_documents_were_refused_when_and_why_without_their_words():
    at = datetime(2026, 9, 1, 8, tzinfo=UTC)
    for number in range(22):
        FailedDocument.objects.create(index="things", document_id=f"t{number}", error="no number: 'secret'")
        FailedDocument.objects.filter(document_id=f"t{number}").update(failed_at=at + timedelta(seconds=number))
    FailedDocument.objects.create(index="stones", document_id="s1", error="of another index")
    first, *lines = said("status").splitlines()
    assert first.endswith(", 22 refused")
    assert len(lines) == 20
    assert lines[0] == "  things t21, 2026-09-01 08:00:21 UTC: no number"
    assert lines[-1].startswith("  things t2, ")


def test_what_older_versions_kept_of_refused_documents_is_cut():
    kept = ("not text: 'secret: words'", "mapper_parsing_exception: secret", "ValueError in size (number)")
    for number, error in enumerate(kept):
        FailedDocument.objects.create(index="things", document_id=f"t{number}", error=error)
    import_module("community.search.migrations.0002_errors_without_values").cut(apps, None)
    errors = list(FailedDocument.objects.order_by("document_id").values_list("error", flat=True))
    assert errors == ["not text", "mapper_parsing_exception", "ValueError in size (number)"]


@pytest.mark.parametrize("repair", [False, True])
def test_an_outage_is_none_of_a_missing_index(things, settings, repair):
    settings.ELASTICSEARCH_URL = "http://127.0.0.1:1"
    with pytest.raises(CommandError, match="The engine does not answer: "):
        said("check", repair=repair)
    assert ", no answer (away: " in said("status")
    close_engines()
