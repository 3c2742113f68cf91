"""Articles in one language, and those that were taken down or deleted in the reader's."""

import re

import pytest
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import override
from wagtail.models import Locale, Page

from community.pages.api import ensure_page, paragraphs
from community.pages.models import ArticleIndexPage, ArticlePage, RemovedTranslation
from community.pages.receivers import present
from tests.sites import ensure_site

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
LANGUAGES = {"en": ("winter", "Winter tyres"), "zh-hans": ("dongji", "冬季轮胎")}
OTHER = {"en": "zh-hans", "zh-hans": "en"}
LISTED, BESIDE = {"en": 11, "zh-hans": 12}, {"en": 14, "zh-hans": 15}


def build_world():
    return ensure_site()


@pytest.fixture(autouse=True)
def site(world):
    return world


def index_in(language):
    return ArticleIndexPage.objects.get(locale__language_code=language)


def article():
    """One with another slug in each language; by language."""
    texts = {"lead": "Before the snow.", "body": paragraphs(["Change them."])}
    en = {"title": LANGUAGES["en"][1], **texts}
    page = ensure_page(ArticlePage, index_in("en"), slug="winter", en=en, zh={"title": LANGUAGES["zh-hans"][1]})
    chinese = ArticlePage.objects.get(translation_key=page.translation_key, locale__language_code="zh-hans")
    chinese.slug = "dongji"
    chinese.save_revision().publish()
    return {found.locale.language_code: found for found in ArticlePage.objects.select_related("locale")}


def only_in(language, slug, title):
    """An article that nobody translated."""
    page = index_in(language).add_child(instance=ArticlePage(slug=slug, locale=index_in(language).locale, title=title))
    page.save_revision().publish()
    return page


def seen(client, language):
    """What a guest gets of the article: the titles on home, among articles, what its two addresses answer."""
    client.cookies["django_language"] = language
    home = [item.title for item in client.get("/").context["items"]]
    listed = [one.title for one in client.get("/articles/").context["articles"]]
    return home, listed, [client.get(f"/articles/{slug}/").status_code for slug, _title in LANGUAGES.values()]


@pytest.mark.parametrize("language", LANGUAGES)
def test_both_addresses_of_an_article_open_it_in_the_readers_language(client, language):
    article()
    title = LANGUAGES[language][1]
    assert seen(client, language) == ([title], [title], [200, 200])
    assert [title in client.get(f"/articles/{slug}/").content.decode() for slug, _title in LANGUAGES.values()] == [
        True,
        True,
    ]


@pytest.mark.parametrize("language", LANGUAGES)
def test_an_article_taken_down_in_the_readers_language_opens_at_no_address(client, language):
    pages = article()
    pages[language].unpublish()
    assert seen(client, language) == ([], [], [404, 404])
    title, other = LANGUAGES[OTHER[language]][1], OTHER[language]
    answers = {"en": [200, 404], "zh-hans": [404, 200]}[other]
    assert seen(client, other) == ([title], [title], answers)


@pytest.mark.parametrize("language", LANGUAGES)
def test_search_finds_no_article_taken_down_in_the_readers_language(language):
    pages = article()
    keys = [page.pk for page in pages.values()]
    pages[language].unpublish()
    with override(language):
        assert list(present(keys, AnonymousUser())) == []
    with override(OTHER[language]):
        assert list(present(keys, AnonymousUser())) == [pages[OTHER[language]].pk]


@pytest.mark.parametrize("whole", [False, True])
@pytest.mark.parametrize("language", LANGUAGES)
def test_a_deleted_article_is_not_shown_in_another_language_instead(client, language, whole):
    page = article()[language]
    Page.objects.get(pk=(page.get_parent() if whole else page).pk).delete()
    assert [page.locale.language_code for page in ArticlePage.objects.all()] == [OTHER[language]]
    client.cookies["django_language"] = language
    assert client.get("/").context["items"] == []
    assert [client.get(f"/articles/{slug}/").status_code for slug, _title in LANGUAGES.values()] == [404, 404]
    assert RemovedTranslation.objects.count() == 1


def test_a_draft_that_is_deleted_takes_nothing_from_its_readers(client):
    page = only_in("en", "winter", "Winter tyres")
    page.copy_for_translation(Locale.objects.get(language_code="zh-hans")).delete()
    assert seen(client, "zh-hans") == (["Winter tyres"], ["Winter tyres"], [200, 404])


def test_a_deleted_article_that_is_translated_anew_is_there_again(client):
    pages = article()
    Page.objects.get(pk=pages["en"].pk).delete()
    anew = pages["zh-hans"].copy_for_translation(Locale.objects.get(language_code="en"))
    anew.title, anew.slug = "Winter tyres", "winter"
    anew.save_revision().publish()
    assert seen(client, "en") == (["Winter tyres"], ["Winter tyres"], [200, 200])


def test_an_address_taken_down_may_be_that_of_another_article_in_the_other_language(client):
    article()["en"].unpublish()
    only_in("zh-hans", "winter", "冬天")
    assert seen(client, "en") == (["冬天"], ["冬天"], [200, 404])


@pytest.mark.parametrize(("language", "lang"), [("en", "zh-Hans"), ("zh-hans", "en")])
def test_an_article_in_one_language_is_listed_for_all_and_marked_with_it(client, language, lang):
    article()
    only_in(OTHER[language], "alone", "Solo")
    client.cookies["django_language"] = language
    response = client.get("/articles/")
    assert [page.title for page in response.context["articles"]] == ["Solo", LANGUAGES[language][1]]
    heading = re.compile(rf'<(h[23]) class="phrased" lang="{lang}">\s*<a href="/articles/alone/">Solo</a>\s*</\1>')
    assert heading.search(response.content.decode())[1] == "h2"
    assert heading.search(client.get("/").content.decode())[1] == "h2"
    beside = client.get(f"/articles/{LANGUAGES[language][0]}/")
    assert [page.title for page in beside.context["others"]] == ["Solo"]
    assert heading.search(beside.content.decode())[1] == "h3"
    alone = client.get("/articles/alone/")
    assert [page.title for page in alone.context["others"]] == [LANGUAGES[language][1]]
    assert re.search(
        rf'<h1 id="article-title" class="big phrased" lang="{lang}">\s*Solo\s*</h1>', alone.content.decode()
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("count", [1, 3])
def test_articles_in_one_language_cost_a_constant_number_of_queries(client, count, language, django_assert_num_queries):
    article()
    for number in range(count):
        only_in("zh-hans", f"chinese-{number}", "只有中文")
        only_in("en", f"english-{number}", "English only")
    client.cookies["django_language"] = language
    for address, queries in (("/articles/", LISTED), (f"/articles/{LANGUAGES[language][0]}/", BESIDE)):
        client.get(address)
        with django_assert_num_queries(queries[language]):
            client.get(address)


def test_an_index_that_is_not_kept_yet_has_no_articles():
    article()
    assert list(ArticlePage.objects.all().under(ArticleIndexPage(title="New", slug="new"))) == []
