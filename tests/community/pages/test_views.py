import json
import re
from datetime import timedelta

import pytest
from django.core.cache import cache
from django.urls import reverse
from wagtail.models import Locale, PageViewRestriction

from clubs.api import ensure_club, join_club
from community.kernel.api import contributions
from community.kernel.models import OutboxEvent
from community.members.api import Member, Role, declare_keywords, erase_member
from community.pages.api import ensure_page, ensure_site, paragraphs
from community.pages.models import ArticleIndexPage, ArticlePage, HiddenItem
from community.search.content import SORTS
from crm_bridge.models import Keyword, Synonym
from forums.api import Board
from forums.services import ensure_board, open_topic, write_post
from tests.people import member, permit, staff
from tests.real_data import HOSTILE, QUARTERS
from tests.relay import drain

pytestmark = pytest.mark.django_db
# Of a member's: what they hid, their clubs twice, two for what is new in them, one for questions that wait.
GUEST_HOME, MEMBER_HOME, SEARCH, ARTICLES = 13, 29, 4, 11
ARTICLES_HOME = {"en": 11, "zh-hans": 12}  # of a guest; from the English home its translation is looked up


@pytest.fixture
def site():
    return ensure_site()


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


def vocabulary():
    roof = Keyword.objects.create(code="roof-rack", name_en="Roof rack", name_zh="车顶行李架", kind="part")
    for word in ("行李架", "luggage rack", "roof racks"):
        Synonym.objects.create(keyword=roof, text=word)
    Synonym.objects.create(keyword=roof, text="行李架构", exclusion=True)


def conversation(title, text, now, *replies):
    topic = open_topic(author=member(), board=board(), title=title, source=text, now=now)
    for reply in replies:
        write_post(author=member(), topic=topic, source=reply, now=now)
    return topic


def found(client, words, **more):
    return client.get(reverse("search"), {"q": words, **more})


def titles(page):
    return [hit.found.title for hit in page.context["result"].hits]


def test_other_words_for_a_term_are_searched_for_too_and_taken_off_one_by_one(client, site, now):
    vocabulary()
    english = conversation("Which roof rack?", "For skis.", now).title
    chinese = conversation("行李架怎么装", "两个人。", now).title
    luggage = conversation("A luggage rack", "For two.", now).title
    conversation("Roof and a coat rack for whistles", "Nothing.", now)
    drain()
    page = found(client, "roof rack")
    assert [term.word for term in page.context["terms"]] == ["车顶行李架", "行李架"]
    assert (page.context["more_terms"]["said"], page.context["more_terms"]["count"]) == ("luggage rack", 1)
    assert titles(page)[0] in {english, "Roof and a coat rack for whistles"}
    assert {english, chinese, luggage} < set(titles(page))
    less = client.get(reverse("search") + page.context["terms"][1].link)
    assert [term.word for term in less.context["terms"]] == ["车顶行李架", "luggage rack"]
    assert chinese not in titles(less) and luggage in titles(less)
    back = found(client, "行李架")
    assert {english, chinese, luggage} <= set(titles(back))
    assert [term.word for term in back.context["terms"]] == ["Roof rack", "luggage rack"]


def test_the_words_beside_a_term_must_be_there_whatever_it_is_called(client, site, now):
    vocabulary()
    conversation("行李架 whistle", "At 90.", now)
    conversation("行李架 silent", "At 90.", now)
    drain()
    assert titles(found(client, "roof rack whistle")) == ["行李架 whistle"]


def test_a_hit_says_where_its_words_were_found(client, site, now):
    vocabulary()
    conversation("Roof rack here", "A roof rack there.", now)
    conversation("Roof rack alone", "Nothing.", now)
    conversation("Skis", "On the roof rack.", now, "Not mine.", "My roof rack is steel.")
    conversation("行李架怎么装", "两个人。", now)
    drain()
    html = re.sub(r"\s*([<>])\s*", r"\1", found(client, "roof rack").content.decode())
    where = ["In the title and the text", ">In the title<", ">In the text<", "Same meaning: 行李架"]
    assert [text in html for text in where] == [True] * 4


def test_a_topic_and_its_replies_are_one_line(client, site, now):
    conversation("Roof rack", "Which roof rack?", now, "The steel roof rack.", "No.", "Any roof rack.")
    drain()
    page = found(client, "roof rack")
    [hit] = page.context["result"].hits
    assert (page.context["result"].total, len(hit.more)) == (3, 2)
    assert "2 more hits in this topic" in page.content.decode()
    assert {other.found.part for other in [hit, *hit.more]} == {"", "In reply 1", "In reply 3"}


def test_hits_are_narrowed_down_by_language_and_place(client, site, now):
    conversation("rack English", "Yes, in English it is.", now)
    conversation("rack 中文", "这是中文的。", now)
    elsewhere = ensure_board(slug="else", title_en="Elsewhere", title_zh="别处")
    open_topic(author=member(), board=elsewhere, title="rack elsewhere", source="In English.", now=now)
    drain()
    page = found(client, "rack")
    assert [(one.label, one.count, one.chosen) for one in page.context["languages"]] == [
        ("English", 2, False),
        ("中文", 1, False),
    ]
    assert titles(found(client, "rack", lang="zh-hans")) == ["rack 中文"]
    here = found(client, "rack", **{"in": f"board:{elsewhere.pk}"})
    assert (titles(here), here.context["place"]["name"]) == (["rack elsewhere"], "Elsewhere")
    assert f"in=board%3A{elsewhere.pk}" not in here.context["anywhere"]


@pytest.mark.parametrize(
    "place", ["board:", "board:x", "board:" + "9" * 40, "board:٣", "\0", "x" * 500, "board:1 OR 1"]
)
def test_a_place_there_is_not_finds_nothing_and_breaks_nothing(client, site, now, place):
    topics(1, now)
    drain()
    page = found(client, "roof rack", **{"in": place, "lang": place, "off": [place, place]})
    assert (page.status_code, page.context["away"]) == (200, False)


def test_a_board_one_may_not_read_is_no_place_to_search_in(client, site, now):
    hidden = ensure_board(slug="members-only", title_en="Inside", title_zh="内部", readers="member")
    drain()
    page = found(client, "rack", **{"in": f"board:{hidden.pk}"})
    assert (page.context["place"], "Inside" in page.content.decode()) == ({}, False)


def test_where_nothing_is_found_one_word_less_and_close_words_are_offered(client, site, now):
    vocabulary()
    conversation("Steel rack", "Yes.", now)
    drain()
    page = found(client, "steel rack cover")
    assert [(left, count) for left, count, _link in page.context["fewer"]] == [("steel rack", 1)]
    assert "Nothing for “steel rack cover”" in page.content.decode()
    conversation("行李架", "好用。", now)
    conversation("Roof rack", "Yes.", now)
    drain()
    ((left, count, link),) = found(client, "roof rack spaceship").context["fewer"]
    assert (left, count, client.get(f"{reverse('search')}{link}").context["result"].total) == ("roof rack", 2, 2)
    assert found(client, "roof rak").context["near"] == ["Roof rack"]
    assert found(client, "roof rack on").context["near"] == []


def test_search_shows_nothing_the_reader_may_not_read(client, site, now):
    otto = member("otto")
    hidden = ensure_board(slug="members-only", title_en="Inside", title_zh="内部", readers="member")
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


ASKED = [({}, 1), ({"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin"}, 1)]
ASKED += [({"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "none"}, 1)]  # typed, or a bookmark
ASKED += [({"Sec-Fetch-Dest": "empty", "Sec-Fetch-Site": "same-origin"}, 1)]  # by a script of ours
ASKED += [({"Sec-Fetch-Dest": "image", "Sec-Fetch-Site": "same-origin"}, 0)]
ASKED += [({"Sec-Fetch-Dest": "iframe", "Sec-Fetch-Site": "same-origin"}, 0)]
ASKED += [({"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "cross-site"}, 0)]
ASKED += [({"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-site"}, 0)]
ASKED += [({"Sec-Fetch-Dest": "document", "Sec-Fetch-Site": "same-origin", "Sec-Purpose": "prefetch"}, 0)]


@pytest.mark.parametrize(("headers", "written"), ASKED)
def test_a_search_counts_only_where_the_reader_asked(client, site, headers, written):
    client.force_login(permit(member("maja"), "profiling:onsite"))
    assert client.get(reverse("search"), {"q": "surfing"}, headers=headers).status_code == 200
    assert OutboxEvent.objects.filter(name="traces.site.searched").count() == written


@pytest.mark.parametrize(("headers", "written"), [({}, 1), ({"Sec-Fetch-Dest": "image"}, 0)])
def test_a_search_engine_counts_only_where_the_reader_came_from_it(client, site, headers, written):
    client.force_login(permit(member("maja"), "profiling:onsite"))
    client.get("/articles/", headers={"Referer": "https://www.google.com/search?q=surfing", **headers})
    assert OutboxEvent.objects.filter(name="traces.referrer.searched").count() == written


@pytest.mark.parametrize("page", ["0", "-1", "x", "501", "9" * 5000, "0001" + "0" * 5000, "٣"])
def test_a_page_out_of_reach_is_answered(client, site, page):
    assert client.get(reverse("search"), {"q": "rack", "page": page}).status_code == 200


def test_a_question_the_index_cannot_answer_is_a_fault_and_not_nothing_found(client, site, monkeypatch):
    monkeypatch.setitem(SORTS, "lively", "title")
    with pytest.raises(ValueError, match="title is not one of"):
        client.get(reverse("search"), {"q": "rack", "sort": "lively"})


def test_too_many_searches_are_slowed_down(client, site):
    statuses = [client.get(reverse("search"), {"q": "rack"}).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]


@pytest.mark.data
@QUARTERS
def test_hostile_words_find_nothing_and_break_nothing(client, site, now, part):
    topics(1, now)
    drain()
    lists = [json.loads((HOSTILE / "naughty-strings.json").read_text())]
    lists += [(HOSTILE / "sql-injection" / "Generic_SQLI.txt").read_text().splitlines()[::4]]
    lists += [(HOSTILE / "xss-payloads.txt").read_text(errors="replace").splitlines()[::40]]
    for words in (words for texts in lists for words in texts[part::4]):
        cache.clear()
        response = client.get(reverse("search"), {"q": words, "kind": words[:9], "sort": words[:9]})
        assert response.status_code == 200, words
        assert response.context["away"] is False


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
