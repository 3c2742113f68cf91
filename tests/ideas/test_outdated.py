"""Two edits of one idea, from two pages of its author."""

from __future__ import annotations

import re

import pytest

from community.kernel.api import Outdated
from community.kernel.models import OutboxEvent
from ideas import services
from ideas.models import Idea
from tests.contests import SUBMISSION, contest, idea
from tests.forums.places import picture
from tests.people import member

pytestmark = pytest.mark.django_db


@pytest.fixture
def made():
    return idea(contest(), author=member("maja"))


@pytest.fixture
def page(client, made, monkeypatch):
    monkeypatch.setattr("ideas.views.pages.now", lambda: SUBMISSION)
    client.force_login(made.author)
    return f"/ideas/{made.pk}/do/edit/"


def edit(made, title, source, **more):
    return services.edit_idea(author=made.author, idea=made, title=title, source=source, now=SUBMISSION, **more)


def version_in(answer):
    return re.search(r'name="version" value="([^"]*)"', answer.content.decode())[1]


def now_in(answer):
    found = re.search(r'<section[^>]* id="now".*?</section>', answer.content.decode(), re.DOTALL)
    return found[0] if found else ""


@pytest.mark.parametrize("other", [("A dry box", "A wet box, *here*"), ("A wet box", "Under the seat")])
def test_an_edit_of_what_was_changed_meanwhile_is_refused_and_changes_nothing(made, other):
    began = made.version
    edit(made, *other, based_on=began)
    facts = OutboxEvent.objects.count()
    with pytest.raises(Outdated):
        edit(made, "A box", "Anywhere", based_on=began, picture=picture())
    assert Idea.objects.values_list("title", "source", "picture").get() == (*other, "")
    assert OutboxEvent.objects.count() == facts


def test_the_same_edit_sent_twice_is_one(made):
    began = made.version
    for _ in range(2):
        edit(made, "A box", "Anywhere", based_on=began)
    assert OutboxEvent.objects.filter(name="ideas.idea.edited").count() == 1
    began = Idea.objects.get().version
    for _ in range(2):
        edit(made, "A red box", "Anywhere", based_on=began, picture=picture())
    assert OutboxEvent.objects.filter(name="ideas.idea.edited").count() == 2
    with pytest.raises(Outdated):
        edit(made, "A red box", "Anywhere", based_on=began, picture=picture(size=(80, 40)))


def test_who_began_from_another_version_reads_both_and_may_save_again(client, page, made):
    began = version_in(client.get(page))
    edit(made, "A dry box", "Under the <seat>")
    answer = client.post(page, {"title": "A box", "source": "Anywhere", "version": began})
    assert answer.status_code == 409
    assert "This idea was changed after you opened it" in answer.content.decode()
    assert "A dry box" in now_in(answer) and "Under the &lt;seat&gt;" in now_in(answer)
    assert 'value="A box"' in answer.content.decode() and "Anywhere</textarea>" in answer.content.decode()
    assert Idea.objects.get().title == "A dry box"
    again = client.post(page, {"title": "A box", "source": "Anywhere", "version": version_in(answer)})
    assert (again.status_code, Idea.objects.get().source) == (302, "Anywhere")


@pytest.mark.parametrize("sent", [{}, {"version": ""}, {"version": "\0"}])
def test_a_form_that_does_not_say_what_it_began_from_is_shown_both(client, page, sent):
    answer = client.post(page, {"title": "A box", "source": "Anywhere", "picture": picture()} | sent)
    assert answer.status_code == 409
    assert "A wet box" in now_in(answer) and "Choose the picture again." in answer.content.decode()
    assert Idea.objects.values_list("title", "picture").get() == ("A wet box", "")


def test_handing_in_asks_for_no_version(client, page, made):
    html = client.get(f"/contests/{made.contest.slug}/new/").content.decode()
    assert 'name="version"' not in html
