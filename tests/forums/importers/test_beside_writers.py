"""An import goes on while others write to SQLite in between."""

import pytest

from community.consent.models import Permission
from forums.importers import stackexchange
from forums.models import Imported
from tests.forums.importers.dumps import load, write_dump

pytestmark = [pytest.mark.embedded, pytest.mark.django_db(transaction=True)]


def test_more_people_of_an_earlier_run_than_are_read_at_once(tmp_path, beside_writers, monkeypatch):
    folder = write_dump(tmp_path)
    load(folder)
    source = Imported.objects.values_list("source", flat=True).first()
    known = [Imported(source=source, kind="Users", external_id=f"x{n}", local_id=10**6 + n) for n in range(4100)]
    Imported.objects.bulk_create(known)
    monkeypatch.setattr(stackexchange, "giving_way", beside_writers)
    assert not Permission.objects.exists()
    load(folder, grant_all_for_demo=True)
    assert Permission.objects.exists()
