import json
import re
from pathlib import Path

import pytest
from django.core.cache import cache
from django.urls import reverse

from community.kernel.models import OutboxEvent
from community.pages.api import ensure_page, ensure_site, paragraphs
from community.pages.models import ArticleIndexPage, ArticlePage
from forums.services import ensure_board, open_topic, write_post
from tests.people import member, permit
from tests.relay import drain

pytestmark = pytest.mark.django_db
HOSTILE = Path(__file__).parents[4] / "shared" / "data" / "hostile"
GUEST_HOME, MEMBER_HOME, SEARCH = 12, 22, 4


@pytest.fixture
def site():
    return ensure_site()


def board(**values):
    return ensure_board("touring", title_en="Touring", title_zh="旅行", **values)


def topics(number, now):
    otto = member("otto")
    return [
        open_topic(author=otto, board=board(), title=f"Roof rack {n}", source="How high is it?", now=now)
        for n in range(number)
    ]


def article():
    index = ArticleIndexPage.objects.get(locale__language_code="en")
    return ensure_page(
        ArticlePage,
        index,
        slug="winter",
        en={"title": "Winter tyres", "lead": "Before the snow.", "body": paragraphs(["Change them."])},
        zh={"title": "冬季轮胎", "lead": "赶在下雪前。", "body": paragraphs(["换上它。"])},
    )


@pytest.mark.parametrize(("language", "word"), [("en", "Touring"), ("zh-hans", "旅行")])
def test_a_guests_home_shows_what_is_lively(client, site, now, language, word):
    topics(1, now)
    client.cookies["django_language"] = language
    response = client.get("/")
    assert response.status_code == 200
    assert "Roof rack 0" in response.content.decode()


@pytest.mark.parametrize(
    ("language", "lines"), [("en", r">\w+day <br[^>]*>\d+ [A-Z]\w+<"), ("zh-hans", r">\d+月\d+日 <br[^>]*>星期\w<")]
)
def test_home_says_what_day_it_is_in_the_order_of_the_language(client, site, language, lines):
    client.cookies["django_language"] = language
    assert re.search(lines, client.get("/").content.decode())


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_a_members_home_says_why(client, site, now, language):
    maja = member("maja", language=language)
    [topic] = topics(1, now)
    write_post(author=maja, topic=topic, source="Two metres.", now=now)
    client.force_login(maja)
    response = client.get("/")
    assert response.status_code == 200
    assert response["Content-Language"] == language
    assert [item.title for item in response.context["items"]] == ["Roof rack 0"]
    assert all(item.reason for item in response.context["items"])


def test_an_empty_home_says_so(client, site):
    client.force_login(member())
    assert 'class="empty"' in client.get("/").content.decode()


@pytest.mark.parametrize("shown", [1, 3])
def test_home_costs_a_constant_number_of_queries(client, site, shown, now, django_assert_num_queries):
    maja = member("maja")
    for topic in topics(shown, now):
        write_post(author=maja, topic=topic, source="Two metres.", now=now)
    client.get("/")
    with django_assert_num_queries(GUEST_HOME):
        client.get("/")
    client.force_login(maja)
    client.get("/")
    with django_assert_num_queries(MEMBER_HOME):
        client.get("/")


@pytest.mark.parametrize(("language", "title"), [("en", "Winter tyres"), ("zh-hans", "冬季轮胎")])
def test_an_article_is_served_in_the_readers_language_at_one_address(client, site, language, title):
    address = article().get_url()
    client.cookies["django_language"] = language
    for page in (address, reverse("search"), "/articles/"):
        assert client.get(page).status_code == 200
    assert title in client.get(address).content.decode()
    assert title in client.get("/articles/").content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("address", ["/nothing/", "/topics/99/", "/contests/nothing/", "/clubs/nothing/"])
def test_a_page_there_is_not_is_a_404_in_the_shell(client, site, address, language):
    client.cookies["django_language"] = language
    response = client.get(address)
    assert response.status_code == 404
    assert response["Content-Language"] == language
    assert 'id="main"' in response.content.decode()


def test_crawlers_are_told_what_to_leave_alone(client, site):
    article()
    assert "Disallow: /me/" in client.get(reverse("robots")).content.decode()
    assert "/articles/winter/" in client.get(reverse("sitemap")).content.decode()


def test_the_search_page_asks_before_it_answers(client):
    response = client.get(reverse("search"))
    assert (response.status_code, response.context["words"]) == (200, "")


@pytest.mark.parametrize("found", [1, 3])
def test_search_costs_a_constant_number_of_queries(client, site, found, now, django_assert_num_queries):
    topics(found, now)
    drain()
    with django_assert_num_queries(SEARCH):
        response = client.get(reverse("search"), {"q": "roof rack", "kind": "topic"})
    assert response.context["result"].total == found


def test_search_marks_the_words_and_keeps_them_in_the_box(client, site, now):
    topics(1, now)
    drain()
    text = client.get(reverse("search"), {"q": "rack"}).content.decode()
    assert "Roof <mark>rack</mark> 0" in text
    assert 'value="rack"' in text


def test_search_shows_nothing_the_reader_may_not_read(client, site, now):
    otto = member("otto")
    hidden = ensure_board("members-only", title_en="Inside", title_zh="内部", readers="member")
    open_topic(author=otto, board=hidden, title="Secret rack", source="Behind the door.", now=now)
    drain()
    assert client.get(reverse("search"), {"q": "secret rack"}).context["result"].total == 0
    client.force_login(otto)
    assert client.get(reverse("search"), {"q": "secret rack"}).context["result"].total == 1


def test_searching_is_a_trace_only_by_permission(client, site):
    maja, otto = permit(member("maja"), "profiling:onsite"), member("otto")
    drain()
    for person in (maja, otto):
        client.force_login(person)
        client.get(reverse("search"), {"q": "roof rack"})
    client.logout()
    client.get(reverse("search"), {"q": "roof rack"})
    facts = OutboxEvent.objects.filter(name="traces.site.searched").values_list("member_id", "payload__words")
    assert list(facts) == [(maja.pk, "roof rack")]


@pytest.mark.parametrize("page", ["0", "-1", "x", "501", "9" * 5000, "0001" + "0" * 5000, "٣"])
def test_a_page_out_of_reach_is_answered(client, site, page):
    assert client.get(reverse("search"), {"q": "rack", "page": page}).status_code == 200


def test_too_many_searches_are_slowed_down(client, site):
    statuses = [client.get(reverse("search"), {"q": "rack"}).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]


@pytest.mark.data
def test_hostile_words_find_nothing_and_break_nothing(client, site, now):
    topics(1, now)
    drain()
    lists = [json.loads((HOSTILE / "naughty-strings.json").read_text())]
    lists += [(HOSTILE / "sql-injection" / "Generic_SQLI.txt").read_text().splitlines()[::4]]
    lists += [(HOSTILE / "xss-payloads.txt").read_text(errors="replace").splitlines()[::40]]
    for words in (words for texts in lists for words in texts):
        cache.clear()
        response = client.get(reverse("search"), {"q": words, "kind": words[:9], "sort": words[:9]})
        assert response.status_code == 200, words
        assert response.context["away"] is False
