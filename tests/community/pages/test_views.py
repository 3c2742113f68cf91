import re
from datetime import timedelta

import pytest
from django.urls import reverse
from wagtail.models import Locale, PageViewRestriction

from clubs.api import ensure_club, join_club
from community.kernel.api import contributions
from community.members.api import Member, Role, declare_keywords, erase_member
from community.pages.api import ensure_page, paragraphs
from community.pages.models import ArticleIndexPage, ArticlePage, HiddenItem, home
from forums.api import Board
from forums.services import ensure_board, open_topic, write_post
from tests.people import member, staff
from tests.sites import ensure_site

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
# Of a member's: what they hid, their clubs twice, two for what is new in them, one for questions that wait.
GUEST_HOME, MEMBER_HOME, ARTICLES = 13, 31, 11
ARTICLES_HOME = {"en": 11, "zh-hans": 12}  # of a guest; from the English home its translation is looked up


def build_world():
    return ensure_site()


@pytest.fixture(autouse=True)
def site(world):
    return world


def board(**values):
    return ensure_board(slug="touring", title_en="Touring", title_zh="旅行", **values)


def topics(number, now):
    otto = member("otto")
    return [
        open_topic(author=otto, board=board(), title=f"Roof rack {n}", source="How high is it?", now=now)
        for n in range(number)
    ]


def article(slug="winter"):
    index = ArticleIndexPage.objects.get(locale__language_code="en")
    return ensure_page(
        ArticlePage,
        index,
        slug=slug,
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


def test_home_leads_with_a_picture_and_says_what_waits_in_ones_clubs(client, site, now):
    maja, otto = member("maja"), member("otto")
    join_club(member=maja, club=ensure_club(slug="club", title_en="Club", title_zh="车友会", now=now), now=now)
    place = Board.objects.get(club_slug="club")
    open_topic(author=otto, board=place, title="The pass", source="![](/media/posts/2026/09/pass.webp) Snow.", now=now)
    open_topic(author=otto, board=place, title="The valley", source="Sun.", now=now + timedelta(minutes=1))
    client.force_login(maja)
    html = client.get("/").content.decode()
    feed, side = html.split("<aside")
    assert feed.index("The pass") < feed.index("The valley")
    assert "item item-lead is-unread" in feed
    assert '<img src="/media/posts/2026/09/pass.webp" alt="">' in feed
    assert [text in side for text in ("2 new", "Nobody has answered yet", "The valley")] == [True] * 3


@pytest.mark.parametrize(("language", "first"), [("en", "How far in winter?"), ("zh-hans", "轮胎怎么选？")])
def test_questions_of_ones_clubs_that_wait_are_in_the_readers_language_first(client, site, now, language, first):
    maja, otto = member("maja", language=language), member("otto")
    join_club(member=maja, club=ensure_club(slug="club", title_en="Club", title_zh="车友会", now=now), now=now)
    place = Board.objects.get(club_slug="club")
    titles = ["Which tyres fit?", "轮胎怎么选？", "How far in winter?"]
    for at, title in enumerate(titles):
        open_topic(author=otto, board=place, title=title, source=title, now=now + timedelta(minutes=at))
    client.force_login(maja)
    side = re.sub("<wbr>", "", client.get("/").content.decode().split("<aside")[1])
    assert min(titles, key=side.index) == first


def test_what_a_member_hides_is_off_their_first_page_alone_until_they_put_it_back(client, site, now):
    maja = member("maja")
    first, second = topics(2, now)
    for topic in (first, second):
        write_post(author=maja, topic=topic, source="Two metres.", now=now)
    client.force_login(maja)
    key = f"topic:{first.pk}"
    for _twice in range(2):
        answer = client.post(reverse("hide"), {"key": key})
        assert answer["Location"] == f"/?hidden=topic%3A{first.pk}"
    page = client.get(answer["Location"])
    assert [item.key for item in page.context["items"]] == [f"topic:{second.pk}"]
    assert "“Roof rack 0” is off your first page." in page.content.decode()
    assert client.get(first.get_absolute_url()).status_code == 200
    assert "hidden_from_home" in {name for part in contributions("members.explain", maja.pk) for name in part}
    client.post(reverse("hide"), {"key": key, "act": "show"})
    assert len(client.get("/").context["items"]) == 2
    client.post(reverse("hide"), {"key": key})
    erase_member(member=maja, now=now)
    assert HiddenItem.objects.count() == 0
    client.force_login(first.author)
    assert len(client.get("/").context["items"]) == 2


def test_what_is_hidden_leaves_no_gap(client, site, now, monkeypatch):
    monkeypatch.setattr(home, "FEED_LIMIT", 2)
    maja = member("maja")
    made = topics(5, now)
    client.force_login(maja)
    before = [item.key for item in client.get("/").context["items"]]
    for key in before:
        client.post(reverse("hide"), {"key": key})
    page = client.get("/")
    after = [item.key for item in page.context["items"]]
    assert (len(before), len(after), page.context["more"]) == (2, 2, True)
    assert {*before, *after} < {f"topic:{topic.pk}" for topic in made}
    client.post(reverse("hide"), {"key": after[0]})
    page = client.get("/")
    assert (len(page.context["items"]), page.context["more"]) == (2, False)


def test_hiding_by_htmx_answers_with_the_way_back(client, site, now):
    client.force_login(member("maja"))
    [topic] = topics(1, now)
    html = client.post(reverse("hide"), {"key": f"topic:{topic.pk}"}, headers={"HX-Request": "true"}).content.decode()
    assert (html.lstrip().startswith("<li>"), 'value="show"' in html) == (True, True)


@pytest.mark.parametrize(
    "key", ["", "x", "topic:", "topic:x", ":1", "topic:1 ", "topic:" + "9" * 40, "\0:1", "话题:1", "a:٣"]
)
def test_what_is_no_key_hides_nothing(client, site, key):
    client.force_login(member("maja"))
    assert client.post(reverse("hide"), {"key": key}).status_code == 422
    assert client.post(reverse("hide"), {"key": key, "act": "show"})["Location"] == "/"
    assert HiddenItem.objects.count() == 0


def test_a_guest_hides_nothing(client, site):
    assert client.post(reverse("hide"), {"key": "topic:1"})["Location"].startswith(reverse("account_login"))


def test_an_empty_home_says_so(client, site):
    client.force_login(member())
    assert 'class="empty"' in client.get("/").content.decode()


@pytest.mark.parametrize("shown", [1, 3])
def test_home_costs_a_constant_number_of_queries(client, site, shown, now, django_assert_num_queries):
    maja = member("maja")
    for number, topic in enumerate(topics(shown, now)):
        write_post(author=maja, topic=topic, source="Two metres.", now=now)
        club = ensure_club(slug=f"club{number}", title_en="Club", title_zh="车友会", now=now)
        join_club(member=maja, club=club, now=now)
        place = Board.objects.get(club_slug=club.slug)
        open_topic(author=member(f"asks{number}"), board=place, title="Rims?", source="Which?", now=now)
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


def only_in(language, slug, title):
    """An article that nobody translated."""
    index = ArticleIndexPage.objects.get(locale__language_code=language)
    page = index.add_child(instance=ArticlePage(slug=slug, locale=index.locale, title=title))
    page.save_revision().publish()
    return page


@pytest.mark.parametrize(
    ("language", "titles"),
    [("en", ["只有中文", "English only", "Winter tyres"]), ("zh-hans", ["只有中文", "English only", "冬季轮胎"])],
)
def test_home_shows_the_latest_articles_in_the_readers_language_or_the_one_there_is(client, site, language, titles):
    article("winter")
    only_in("en", "rims", "English only")
    only_in("zh-hans", "chinese", "只有中文")
    client.cookies["django_language"] = language
    items = client.get("/").context["items"]
    assert [item.title for item in items] == titles
    for item in items:
        answer = client.get(item.url)
        assert (answer.status_code, item.title in answer.content.decode()) == (200, True)


def test_an_article_has_one_key_on_home_in_every_language(client, site):
    first = article("winter")
    keys = []
    for language in ("en", "zh-hans"):
        client.cookies["django_language"] = language
        keys += [item.key for item in client.get("/").context["items"]]
    assert keys == [f"article:{first.pk}"] * 2


def test_an_article_nobody_may_read_in_one_language_is_on_home_in_none(client, site):
    page = article("winter")
    PageViewRestriction.objects.create(page=page, restriction_type=PageViewRestriction.LOGIN)
    for language in ("en", "zh-hans"):
        client.cookies["django_language"] = language
        assert client.get("/").context["items"] == []


def test_an_article_taken_down_in_the_readers_language_is_gone_for_them(client, site):
    page = article("winter")
    page.refresh_from_db()
    page.unpublish()
    assert (client.get("/").context["items"], client.get("/articles/winter/").status_code) == ([], 404)
    client.cookies["django_language"] = "zh-hans"
    [item] = client.get("/").context["items"]
    assert (item.title, client.get(item.url).status_code) == ("冬季轮胎", 200)


def test_an_article_is_shown_as_it_is_while_its_translation_is_a_draft(client, site):
    page = only_in("en", "rims", "English only")
    page.copy_for_translation(Locale.objects.get(language_code="zh-hans"))
    client.cookies["django_language"] = "zh-hans"
    [item] = client.get("/").context["items"]
    assert (item.title, "English only" in client.get(item.url).content.decode()) == ("English only", True)


@pytest.mark.parametrize("language", ["en", "zh-hans"])
@pytest.mark.parametrize("count", [1, 3])
def test_home_with_articles_costs_a_constant_number_of_queries(
    client, site, count, language, django_assert_num_queries
):
    for number in range(count):
        only_in("zh-hans", f"chinese-{number}", "只有中文")
        article(f"winter-{number}")
    client.cookies["django_language"] = language
    client.get("/")
    with django_assert_num_queries(ARTICLES_HOME[language]):
        assert len(client.get("/").context["items"]) == min(3, 2 * count)


def test_an_article_is_signed_and_says_why_one_sees_it(client, site, now):
    page, maja = article(), member("maja")
    ArticlePage.objects.update(author=staff(Role.SERVICE_AGENT, "elin"))
    declare_keywords(member=maja, keywords=["skis", "winter tyres"], now=now)
    guest = client.get(page.get_url()).content.decode()
    assert [text in guest for text in ('href="/members/elin/"', "For everyone, from the brand")] == [True, True]
    client.force_login(maja)
    assert "You care about winter tyres" in client.get(page.get_url()).content.decode()
    [item] = client.get("/").context["items"]
    assert (item.reason, item.why, item.label) == ("You care about winter tyres", "ring", "elin")
    erase_member(member=Member.objects.get(username="elin"), now=now)
    assert client.get(page.get_url()).status_code == client.get("/articles/").status_code == 200


@pytest.mark.parametrize("count", [1, 3])
def test_articles_cost_a_constant_number_of_queries(client, site, count, django_assert_num_queries):
    for number in range(count):
        article(f"winter-{number}")
    client.get("/articles/")
    with django_assert_num_queries(ARTICLES):
        client.get("/articles/")


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


@pytest.mark.parametrize("count", [2, 12])
def test_the_site_map_costs_a_constant_number_of_queries(client, site, count, django_assert_num_queries):
    for number in range(count):
        article(f"winter-{number}")
    client.get(reverse("sitemap"))
    with django_assert_num_queries(7):
        text = client.get(reverse("sitemap")).content.decode()
    assert text.count("/articles/winter-") == count


@pytest.mark.parametrize(("number", "more"), [(3, False), (24, False), (25, True), (40, True)])
@pytest.mark.parametrize("who", ["guest", "member"])
def test_the_first_page_says_whether_that_is_everything(client, site, now, number, more, who):
    topics(number, now)
    if who == "member":
        client.force_login(member("maja"))
    answer = client.get("/")
    text = answer.content.decode()
    assert len(answer.context["items"]) == min(number, 24)
    assert ("That is everything." in text, "there is more on the boards" in text) == (not more, more)
