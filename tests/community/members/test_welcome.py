"""The questions after joining take back what was answered before."""

import pytest
from django.urls import reverse

from community.consent.api import VERSION, history, permits_of
from community.members.views import QUESTIONS
from tests.people import member

pytestmark = pytest.mark.django_db


def answer(client, said, step=0):
    response = client.post(f"{reverse('members:welcome')}?step={step}", {"answer": said, "wording": VERSION})
    assert response.status_code == 302
    return response["Location"]


def test_whoever_comes_back_to_a_question_and_says_no_has_said_no(client):
    ada = member("ada")
    client.force_login(ada)
    answer(client, "no")
    assert list(history(ada.pk)) == []
    answer(client, "yes")
    asked = permits_of(ada.pk)
    assert len(asked) == 1
    page = client.get(f"{reverse('members:welcome')}?step=0").content.decode()
    assert 'value="yes" checked' in page
    answer(client, "no")
    assert permits_of(ada.pk) == frozenset()
    assert [(entry.granted, entry.source) for entry in history(ada.pk)] == [(True, "welcome"), (False, "welcome")]


@pytest.mark.parametrize("wording", ["2026-09.1", None])
def test_a_yes_to_words_that_were_not_shown_is_asked_anew_and_a_no_counts(client, wording):
    """A form that was opened before an upgrade shows the words of before."""
    ada, address, shown = member("ada"), f"{reverse('members:welcome')}?step=0", {"wording": wording} if wording else {}
    client.force_login(ada)
    response = client.post(address, {"answer": "yes", **shown})
    text = response.content.decode()
    assert response.status_code == 409
    assert "The wording changed after you opened the page, so your yes was not saved." in text
    assert 'value="no" checked' in text
    assert list(history(ada.pk)) == []
    assert client.post(address, {"answer": "yes", "wording": text.split('name="wording" value="')[1].split('"')[0]})
    assert len(permits_of(ada.pk)) == 1
    assert client.post(address, {"answer": "no", **shown}).status_code == 302
    assert permits_of(ada.pk) == frozenset()


def test_at_the_end_it_is_said_that_the_answers_are_kept(client):
    client.force_login(member("bea"))
    for _twice in range(2):
        assert client.get(f"{reverse('members:welcome')}?step=99")["Location"] == "/"
    assert client.post(f"{reverse('members:welcome')}?step=99", {"answer": "yes"})["Location"] == "/"
    assert list(client.get("/privacy/").context["messages"]) == []
    last = len(QUESTIONS) - 1
    for step in range(last):
        assert answer(client, "no", step) == f"{reverse('members:welcome')}?step={step + 1}"
    page = client.post(f"{reverse('members:welcome')}?step={last}", {"answer": "no"}, follow=True)
    assert page.redirect_chain == [("/", 302)]
    assert [str(message) for message in page.context["messages"]] == [
        "Your answers are kept. You find and change them on your own page."
    ]
