"""What Wagtail keeps private stays so wherever pages are shown beside their own address."""

from urllib.parse import quote

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.files.base import ContentFile
from django.urls import reverse
from wagtail.documents import get_document_model
from wagtail.models import Collection, CollectionViewRestriction, Locale, Page, PageViewRestriction

from community.members.api import Role
from community.pages.api import brief_of, ensure_page, landing_of, paragraphs
from community.pages.models import ArticleIndexPage, ArticlePage, ClubPage, ContestPage
from community.search.api import search_content
from tests.contests import contest
from tests.people import member, staff
from tests.relay import drain
from tests.sites import ensure_site

pytestmark = pytest.mark.django_db
LOGIN = PageViewRestriction.LOGIN
KINDS = [LOGIN, *(pytest.param(kind, marks=pytest.mark.serverless) for kind in ("password", "groups"))]
TITLES = {"en": "Launch plan", "zh-hans": "上市计划"}


def build_world():
    """The site, and an article beside another."""
    site = ensure_site()
    make("tyres", "Winter tyres", "冬季轮胎")
    return site, make("plan", TITLES["en"], TITLES["zh-hans"])


@pytest.fixture(autouse=True)
def site(world):
    return world[0]


@pytest.fixture
def plan(world):
    return world[1]


def make(slug, en, zh):
    index = ArticleIndexPage.objects.get(locale__language_code="en")
    return ensure_page(
        ArticlePage,
        index,
        slug=slug,
        en={"title": en, "lead": f"{en}: lead.", "body": paragraphs([f"{en}: body."])},
        zh={"title": zh, "lead": f"{zh}导语。", "body": paragraphs([f"{zh}正文。"])},
    )


def restrict(page, kind=LOGIN, **values):
    return PageViewRestriction.objects.create(page=page, restriction_type=kind, **values)


def chinese(page):
    return page.get_translation(Locale.objects.get(language_code="zh-hans"))


def everything(client, language):
    """All that a guest reads where articles are listed."""
    client.cookies["django_language"] = language
    other = ArticlePage.objects.get(slug="tyres", locale__language_code="en").get_url()
    pages = ["/", "/articles/", other, reverse("sitemap"), *(f"/search/?q={word}" for word in ("launch", "正文"))]
    return "".join(client.get(page).content.decode() for page in pages)


@pytest.mark.serverless
@pytest.mark.parametrize("language", TITLES)
def test_an_article_for_everybody_is_listed(client, plan, language):
    drain()
    assert TITLES[language] in everything(client, language)


@pytest.mark.serverless
@pytest.mark.parametrize("where", ["page", "translation", "section"])
@pytest.mark.parametrize("language", TITLES)
@pytest.mark.parametrize("kind", KINDS)
def test_a_private_article_is_listed_nowhere_in_no_language(client, plan, language, kind, where):
    drain()
    hidden = {"page": plan, "translation": chinese(plan), "section": plan}[where]
    restrict(hidden.get_parent() if where == "section" else hidden, kind, password="open sesame")
    drain()
    text = everything(client, language)
    assert not [title for title in TITLES.values() if title in text]
    # The sitemap may hold its address, which says nothing, where only the other language is private.
    assert "/articles/plan/" not in text or where == "translation"


@pytest.mark.parametrize("where", ["page", "translation"])
def test_it_leaves_the_index_when_it_becomes_private_and_returns_with_its_privacy_gone(plan, where):
    drain()

    def found():
        return [search_content(word, viewer=AnonymousUser()).total for word in ("launch", "上市计划")]

    assert found() == [1, 1]
    lock = restrict({"page": plan, "translation": chinese(plan)}[where])
    drain()
    assert found() == [0, 0]
    lock.delete()
    drain()
    assert found() == [1, 1]


def test_an_article_moved_into_a_private_section_leaves_the_index(site, plan):
    index = ArticleIndexPage.objects.get(locale__language_code="en")
    section = ArticleIndexPage(title="Inside", slug="inside", locale=index.locale)
    site.add_child(instance=section)
    restrict(section)
    drain()
    plan.move(Page.objects.get(pk=section.pk), pos="last-child")
    drain()
    assert search_content("launch", viewer=AnonymousUser()).total == 0


@pytest.mark.serverless
@pytest.mark.parametrize("hidden", ["page", "translation"])
@pytest.mark.parametrize("language", TITLES)
def test_at_its_address_it_is_private_in_both_languages(client, plan, language, hidden):
    restrict(plan if hidden == "page" else chinese(plan))
    client.cookies["django_language"] = language
    response = client.get("/articles/plan/")
    assert response.status_code == 302
    assert response["Location"].startswith("/_util/login/")
    assert "no-store" in response["Cache-Control"]
    maja = member("maja", language=language)
    client.force_login(maja)
    assert TITLES[language] in client.get("/articles/plan/").content.decode()


@pytest.mark.serverless
def test_an_editor_sees_the_draft_of_a_private_page(client, plan):
    restrict(chinese(plan), PageViewRestriction.PASSWORD, password="open sesame")
    client.force_login(staff(Role.MARKETER))
    address = f"/cms/pages/{plan.pk}/view_draft/"
    assert TITLES["en"] in client.get(address).content.decode()


def test_the_editorial_part_of_a_contest_or_a_club_is_shown_only_where_it_is_for_everybody(site):
    contest("boot")
    texts = {"title": "Brief", "lead": "Secret."}
    brief = ensure_page(ContestPage, site, slug="c", en=texts | {"contest_slug": "boot"}, zh=texts)
    landing = ensure_page(ClubPage, site, slug="k", en=texts | {"club_slug": "touring"}, zh=texts)
    assert brief_of("boot") and landing_of("touring")
    restrict(brief)
    restrict(chinese(landing))
    assert (brief_of("boot"), landing_of("touring")) == (None, None)


def test_a_shared_password_cannot_be_guessed_for_long(client, plan):
    lock = restrict(plan, PageViewRestriction.PASSWORD, password="open sesame")
    address = f"/_util/authenticate_with_password/{lock.pk}/{plan.pk}/"
    statuses = [client.post(address, {"password": f"try {n}", "return_url": "/"}).status_code for n in range(12)]
    assert statuses == [200] * 10 + [429] * 2
    assert client.post(address, {"password": "open sesame", "return_url": "/"}).status_code == 429


@pytest.mark.serverless
def test_a_shared_password_opens_the_page(client, plan):
    lock = restrict(plan, PageViewRestriction.PASSWORD, password="open sesame")
    address = f"/_util/authenticate_with_password/{lock.pk}/{plan.pk}/"
    assert client.post(address, {"password": "open sesame", "return_url": "/articles/plan/"}).status_code == 302
    assert TITLES["en"] in client.get("/articles/plan/").content.decode()


def test_a_private_document_has_one_address_and_that_one_asks(client, settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path
    on_disk = {"BACKEND": "django.core.files.storage.FileSystemStorage"}  # as in production
    settings.STORAGES = {**settings.STORAGES, "default": on_disk}
    hidden = (Collection.get_first_root_node() or Collection.add_root(name="Root")).add_child(name="Dealers")
    CollectionViewRestriction.objects.create(collection=hidden, restriction_type=LOGIN)
    file = ContentFile(b"Prices of next year", name="prices.pdf")
    document = get_document_model().objects.create(title="Prices", file=file, collection=hidden)
    name = document.file.name
    around = [f"./{name}", f"posts/../{name}", f"posts/x/../../{name}", f"/{name}", name.replace("/", "//")]
    for way in (name, name.replace("documents", "Documents"), *around, *(quote(way, safe="") for way in around)):
        assert client.get(f"/media/{way}").status_code in {400, 404}, way
    assert client.get(document.url).status_code == 302
    client.force_login(member())
    assert client.get(document.url).getvalue() == b"Prices of next year"
    assert client.get(f"/media/{document.file.name}").status_code == 404
