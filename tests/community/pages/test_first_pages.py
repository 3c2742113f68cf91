"""The first page of a fresh installation."""

import pytest
from django.apps import apps
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db.migrations.executor import MigrationExecutor
from wagtail.models import Locale, Page, Site

from community.pages.api import ArticleIndexPage, HomePage
from community.pages.receivers import bring_first_pages

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def site(settings):
    """What Wagtail's own migrations leave."""
    settings.FIRST_PAGES = True
    settings.PADDOCK_URL = "https://community.example.com"
    common = {"locale": Locale.objects.get_or_create(language_code="en")[0]}
    common["content_type"] = ContentType.objects.get_for_model(Page)
    root = Page.add_root(instance=Page(title="Root", slug="root", **common))
    welcome = root.add_child(instance=Page(title="Welcome to your new Wagtail site!", slug="home", **common))
    return Site.objects.create(hostname="localhost", root_page=welcome, is_default_site=True)


def test_migrate_makes_the_home_page_in_both_languages_once(client):
    for _time in range(2):
        call_command("migrate", verbosity=0)
        assert (HomePage.objects.count(), ArticleIndexPage.objects.count(), Site.objects.count()) == (2, 2, 1)
    assert Site.objects.get().root_url == "https://community.example.com"
    assert 'id="main"' in client.get("/").content.decode()


def test_a_site_with_pages_of_its_own_keeps_them(site):
    site.root_page = Page.get_first_root_node().add_child(instance=ArticleIndexPage(title="Ours", slug="ours"))
    site.save()
    call_command("migrate", verbosity=0)
    assert Site.objects.get().root_page.title == "Ours"
    assert not HomePage.objects.exists()


def test_a_migration_that_stops_halfway_brings_nothing(monkeypatch):
    monkeypatch.setattr(MigrationExecutor, "migration_plan", lambda executor, nodes: ["one is left"])
    bring_first_pages(apps.get_app_config("community_pages"))
    assert not HomePage.objects.exists()
