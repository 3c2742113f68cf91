"""A pause that is set anew in the moment its old time is over stays; the control shows how it would be lost."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction

from community.consent.models import Pause
from community.consent.services import end_pauses, pause
from community.kernel.api import now
from tests.people import member

pytestmark = [pytest.mark.services, pytest.mark.django_db(transaction=True)]


@pytest.fixture
def set_anew():
    """Runs an act while the pause it found to be over is set anew and not committed; returns the pauses after both."""
    if connection.vendor != "postgresql":
        pytest.skip("SQLite has one writer: the race needs PostgreSQL")
    person, start = member(), now()
    pause(member_id=person.pk, until=start - timedelta(minutes=1), now=start - timedelta(days=1))
    again, ending = threading.Event(), threading.Event()

    def pause_again():
        try:
            with transaction.atomic():
                pause(member_id=person.pk, until=start + timedelta(days=7), now=start)
                again.set()
                ending.wait(20)
                threading.Event().wait(0.5)  # the other act has come to what is locked
        finally:
            connection.close()

    def play(end):
        thread = threading.Thread(target=pause_again)
        thread.start()
        assert again.wait(20)
        ending.set()
        end(start)
        thread.join()
        return [row.until for row in Pause.objects.all()], start + timedelta(days=7)

    return play


def test_the_new_pause_stays(set_anew):
    found, wanted = set_anew(lambda at: end_pauses(now=at))
    assert found == [wanted]


def test_control_by_what_was_found_before_it_is_lost(set_anew):
    found, _wanted = set_anew(
        lambda _at: Pause.objects.filter(pk__in=list(Pause.objects.values_list("pk", flat=True))).delete()
    )
    assert found == []
