"""What editors schedule goes live and comes down by itself."""

from datetime import timedelta
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils import timezone
from wagtail.models import PageLogEntry

from community.kernel.registry import rounds
from community.pages import schedule
from community.pages.api import ensure_page, paragraphs
from community.pages.models import ArticleIndexPage, ArticlePage
from community.pages.schedule import keep_schedule
from community.search.api import search_content
from tests.relay import drain
from tests.sites import ensure_site

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def at(monkeypatch):
    """The time, to be moved on."""
    begun = timezone.now()
    clock = SimpleNamespace(later=timedelta())
    monkeypatch.setattr(timezone, "now", lambda: begun + clock.later)
    return clock


def article(slug, title):
    ensure_site()
    index = ArticleIndexPage.objects.get(locale__language_code="en")
    words = {"title": title, "lead": "Before the snow.", "body": paragraphs(["Change them."])}
    page = ensure_page(ArticlePage, index, slug=slug, en=words, zh={**words, "title": "冬季轮胎"})
    page.refresh_from_db()  # published it is another one
    return page


def plan(page, **times):
    """As an editor does: the times on the page, then "publish"."""
    for name, value in times.items():
        setattr(page, name, value)
    page.save_revision().publish()


def found(words):
    drain()
    return search_content(words, viewer=AnonymousUser()).total


def test_a_page_goes_live_when_its_time_has_come(client, at):
    page = article("tyres", "Winter tyres")
    page.unpublish()
    plan(page, go_live_at=timezone.now() + HOUR)
    url = page.get_url()
    assert (keep_schedule(), client.get(url).status_code, found("winter")) == (0, 404, 0)
    at.later = HOUR * 2
    assert keep_schedule() == 1
    assert (client.get(url).status_code, found("winter")) == (200, 1)
    assert keep_schedule() == 0
    assert PageLogEntry.objects.filter(action="wagtail.publish.scheduled").count() == 1


def test_a_page_comes_down_when_its_time_is_over(client, at):
    page = article("tyres", "Winter tyres")
    plan(page, expire_at=timezone.now() + HOUR)
    assert (keep_schedule(), client.get(page.get_url()).status_code, found("winter")) == (0, 200, 1)
    at.later = HOUR * 2
    assert keep_schedule() == 1
    assert (client.get(page.get_url()).status_code, found("winter")) == (404, 0)
    page.refresh_from_db()
    assert (page.live, page.expired, keep_schedule()) == (False, True, 0)


def test_a_page_that_fails_holds_up_none_of_the_others(at, monkeypatch, caplog):
    bad, good = article("bad", "Broken"), article("good", "Winter tyres")
    for page in (bad, good):
        plan(page, expire_at=timezone.now() + HOUR)
    withdraw = schedule._withdraw

    def fails(page):
        if page.pk == bad.pk:
            raise ValueError("broken")
        withdraw(page)

    monkeypatch.setattr(schedule, "_withdraw", fails)
    at.later = HOUR * 2
    assert keep_schedule() == 1
    good.refresh_from_db()
    assert (good.live, "not done as scheduled" in caplog.text) == (False, True)


def test_the_relay_keeps_the_schedule():
    assert keep_schedule in [getattr(one, "__wrapped__", None) for one in rounds()]
