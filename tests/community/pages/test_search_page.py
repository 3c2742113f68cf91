"""The search page: what is found, by which words, and where it is narrowed down."""

import json
import re

import pytest
from django.core.cache import cache
from django.urls import reverse

from community.kernel.models import OutboxEvent
from community.search.content import SORTS
from community.search.services import rebuild
from crm_bridge.models import Keyword, Synonym
from forums.services import ensure_board, open_topic, write_post
from tests.people import member, permit
from tests.real_data import HOSTILE, QUARTERS
from tests.relay import drain
from tests.sites import ensure_site

pytestmark = pytest.mark.django_db
SEARCH = 4


def build_world():
    return ensure_site()


@pytest.fixture(autouse=True)
def site(world):
    return world


def board():
    return ensure_board(slug="touring", title_en="Touring", title_zh="旅行")


def topics(number, now):
    otto = member("otto")
    for n in range(number):
        open_topic(author=otto, board=board(), title=f"Roof rack {n}", source="How high is it?", now=now)


@pytest.mark.serverless
def test_the_search_page_asks_before_it_answers(client):
    response = client.get(reverse("search"))
    assert (response.status_code, response.context["words"]) == (200, "")


@pytest.mark.serverless
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
    rebuild("content")  # how rare a word is counts: documents of tests before are still in the engine's statistics
    page = found(client, "roof rack")
    assert [term.word for term in page.context["terms"]] == ["车顶行李架", "行李架"]
    assert (page.context["more_terms"]["said"], page.context["more_terms"]["count"]) == ("luggage rack", 1)
    assert titles(page)[0] in {english, "Roof and a coat rack for whistles"}
    assert {english, chinese, luggage} < set(titles(page))
    html = re.sub(r"\s+", " ", page.content.decode())
    assert '</i> <span lang="zh-Hans">行李架</span>' in html
    assert '<span class="vh"> Without <span lang="zh-Hans">行李架</span> </span>' in html
    assert '<span class="vh"> Without <span lang="en">luggage rack</span> </span>' in html
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
    meant = 'Same meaning:<span lang="zh-Hans">行李架</span>'
    where = ["In the title and the text", ">In the title<", ">In the text<", meant]
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


@pytest.mark.serverless
@pytest.mark.parametrize(("headers", "written"), ASKED)
def test_a_search_counts_only_where_the_reader_asked(client, site, headers, written):
    client.force_login(permit(member("maja"), "profiling:onsite"))
    assert client.get(reverse("search"), {"q": "surfing"}, headers=headers).status_code == 200
    assert OutboxEvent.objects.filter(name="traces.site.searched").count() == written


@pytest.mark.serverless
@pytest.mark.parametrize(("headers", "written"), [({}, 1), ({"Sec-Fetch-Dest": "image"}, 0)])
def test_a_search_engine_counts_only_where_the_reader_came_from_it(client, site, headers, written):
    client.force_login(permit(member("maja"), "profiling:onsite"))
    client.get("/articles/", headers={"Referer": "https://www.google.com/search?q=surfing", **headers})
    assert OutboxEvent.objects.filter(name="traces.referrer.searched").count() == written


@pytest.mark.serverless
@pytest.mark.parametrize("page", ["0", "-1", "x", "501", "9" * 5000, "0001" + "0" * 5000, "٣"])
def test_a_page_out_of_reach_is_answered(client, site, page):
    assert client.get(reverse("search"), {"q": "rack", "page": page}).status_code == 200


@pytest.mark.serverless
def test_a_question_the_index_cannot_answer_is_a_fault_and_not_nothing_found(client, site, monkeypatch):
    monkeypatch.setitem(SORTS, "lively", "title")
    with pytest.raises(ValueError, match="title is not one of"):
        client.get(reverse("search"), {"q": "rack", "sort": "lively"})


@pytest.mark.serverless
def test_too_many_searches_are_slowed_down(client, site):
    statuses = [client.get(reverse("search"), {"q": "rack"}).status_code for _ in range(61)]
    assert statuses == [200] * 60 + [429]


@pytest.mark.data
@QUARTERS
def test_hostile_words_find_nothing_and_break_nothing(client, site, now, part):
    topics(1, now)
    drain()
    lists = [json.loads((HOSTILE / "naughty-strings.json").read_text())[::2]]
    lists += [(HOSTILE / "sql-injection" / "Generic_SQLI.txt").read_text().splitlines()[::4]]
    lists += [(HOSTILE / "xss-payloads.txt").read_text(errors="replace").splitlines()[::40]]
    for words in (words for texts in lists for words in texts[part::4]):
        cache.clear()
        response = client.get(reverse("search"), {"q": words, "kind": words[:9], "sort": words[:9]})
        assert response.status_code == 200, words
        assert response.context["away"] is False
