"""The site most tests begin with is the one the services make."""

import pytest
from django.db import transaction
from wagtail.models import Page, ReferenceIndex, Site

from community.pages import api
from community.pages.models import ArticleIndexPage, HomePage
from tests import sites

pytestmark = pytest.mark.django_db


def made_by(make):
    """What is there once it is made, and after a page more; then it is taken back."""
    with transaction.atomic():
        home = make()
        pages = list(
            Page.objects.order_by("path").values_list(
                "path", "slug", "title", "url_path", "locale__language_code", "live"
            )
        )
        kinds = [type(page.specific) for page in Page.objects.order_by("path")]
        rows = (Site.objects.get().root_url, home.slug, len(home.get_children()), ReferenceIndex.objects.count())
        home.add_child(instance=ArticleIndexPage(title="More", slug="more"))
        api.ensure_site()
        more = Page.objects.count()
        assert Page.find_problems() == ([], [], [], [], [])
        transaction.set_rollback(True)
    return pages, kinds, rows, more


def test_rows_of_before_are_what_the_services_make(monkeypatch):
    monkeypatch.setattr(sites, "_MADE", {})
    by_services = made_by(api.ensure_site)
    assert by_services[1][1:] == [HomePage, ArticleIndexPage] * 2
    assert [made_by(sites.ensure_site) for _time in range(3)] == [by_services] * 3


def test_pages_that_are_there_stay(monkeypatch):
    sites.ensure_site()
    Page.objects.filter(title="Articles").update(title="Kept")
    sites.ensure_site()
    assert Page.objects.filter(title="Kept").exists()
