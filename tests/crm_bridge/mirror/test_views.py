"""The mirror's pages: one's own data only, every act without scripts, in both languages."""

import json
import re
from datetime import timedelta

import pytest
from django.db import transaction
from django.urls import reverse
from django.utils import translation

from clubs.api import ensure_club, join_club
from community.consent.api import VERSION, permits_of, withdraw
from community.consent.models import Permission, PermissionEntry
from community.kernel.api import now, publish
from community.members.api import CarEntry, Member, Newcomer, Role, declare_keywords, import_members, set_garage
from community.search.api import SearchDown, engine_of
from community.traces.facts import SiteSearched
from crm_bridge.audience.line import parse
from crm_bridge.audience.services import audience
from crm_bridge.keywords.vocabulary import vocabulary_changed
from crm_bridge.mirror import queries, services
from crm_bridge.mirror.queries.permits import said_where
from crm_bridge.models import AccessEntry, Keyword, Profile, Segment
from crm_bridge.profiles.queries import interests_of, profile_of
from forums.api import ensure_board, open_topic
from tests.people import THEN, confirm, member, permit, staff
from tests.real_data import HOSTILE
from tests.relay import drain
from tests.vocabulary import load_words

BOTH = ("profiling:onsite", "product_news:email")
RACK = "roof-rack"
OWN = ("mirror", "history", "looks", "download", "erase")
POSTS = ("interest", "permissions", "pause", "erase")

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


@pytest.fixture
def ada(client):
    """Somebody signed in who wrote about roof racks."""
    load_words()
    person = permit(member("ada"), *BOTH)
    write(person)
    drain()
    client.force_login(person)
    return person


def write(person, title="Which roof rack?"):
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    open_topic(author=person, board=board, title=title, source="Roof bars.", now=now())


def page(client, name="mirror", **query):
    response = client.get(reverse(f"crm:{name}"), query)
    assert response.status_code == 200
    return response.content.decode()


def act(client, **values):
    return client.post(reverse("crm:interest"), values)


def known(person):
    return {interest.code: interest for interest in interests_of(profile_of(person.pk))}


def looked(person, at=None, *, actor=7, title="marketer", why="interest:roof-rack", kind="listed", site=False):
    return AccessEntry.objects.create(
        member_id=person.pk,
        actor_id=actor,
        actor_title=title,
        kind=kind,
        purpose="" if site else "product_news",
        channel="" if site else "email",
        why="" if site else why,
        at=at or now(),
    )


@pytest.mark.parametrize("name", OWN)
def test_a_guest_is_asked_to_sign_in(client, name):
    address = reverse(f"crm:{name}")
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, f"{reverse('account_login')}?next={address}")


@pytest.mark.parametrize("name", POSTS)
def test_a_guest_can_change_nothing(client, ada, name):
    client.logout()
    given = {"act": "mute", "keyword": RACK, "permit": "offers:email", "until": "2099-01-01", "username": "ada"}
    response = client.post(reverse(f"crm:{name}"), given)
    assert response.status_code == 302 and response["Location"].startswith(reverse("account_login"))
    assert permits_of(ada.pk) == set(BOTH) and not known(ada)[RACK].muted
    assert Member.objects.get(pk=ada.pk).erased_at is None


@pytest.mark.parametrize("name", ["interest", "permissions", "pause"])
def test_without_a_post_an_act_only_shows_the_mirror(client, ada, name):
    given = {"act": "mute", "keyword": RACK, "permit": "offers:email", "until": "2099-01-01"}
    response = client.get(reverse(f"crm:{name}"), given)
    assert (response.status_code, response["Location"]) == (302, reverse("crm:mirror"))
    assert permits_of(ada.pk) == set(BOTH) and not known(ada)[RACK].muted


@pytest.mark.parametrize(
    ("language", "title", "reason"),
    [("en", "What Paddock knows about me", "Started “Which roof rack?”"), ("zh-hans", "围场都知道我什么", "发了帖子")],
)
def test_the_page_says_what_is_known_and_why_in_the_readers_language(client, ada, language, title, reason):
    Member.objects.filter(pk=ada.pk).update(language=language)
    text = page(client)
    assert title in text and reason in text
    assert f'id="i-{RACK}"' in text and "/posts/" in text


def test_nobody_sees_anything_of_somebody_else(client, ada):
    looked(ada, why="interest:camping")
    client.force_login(permit(member("eve"), *BOTH))
    confirm(client)
    for name in OWN[:4]:
        text = page(client, name)
        assert "roof" not in text and "interest:camping" not in text and "ada@" not in text
    assert act(client, act="mute", keyword=RACK).status_code == 422
    assert act(client, act="remove", keyword=RACK).status_code == 422
    assert not known(ada)[RACK].muted


def test_muting_and_unmuting_are_seen_on_the_next_page(client, ada):
    response = act(client, act="mute", keyword=RACK)
    assert (response.status_code, response["Location"]) == (303, "/me/knows/#interests")
    assert "Muted by you." in page(client)
    assert act(client, act="unmute", keyword=RACK).status_code == 303
    assert "Muted by you." not in page(client)


def test_correcting_adding_and_removing_are_seen_on_the_next_page(client, ada):
    assert act(client, act="correct", keyword=RACK, weight="8.5").status_code == 303
    assert "<b>8.5</b>" in page(client) and "You set this weight yourself." in page(client)
    assert act(client, act="add", term="露营").status_code == 303
    text = page(client)
    assert 'id="i-camping"' in text and "Added: camping." in text
    assert "Added: camping." not in page(client)
    assert act(client, act="remove", keyword=RACK).status_code == 303
    assert f'id="i-{RACK}"' not in page(client)
    drain()
    assert audience(parse(f"interest:{RACK}"), now=now()).total == 0
    assert [p.member.username for p in audience(parse("interest:camping"), now=now()).people] == ["ada"]


@pytest.mark.parametrize(
    ("values", "said", "undo"),
    [
        ({"act": "mute", "keyword": RACK}, "Muted: roof rack. Nobody sees it", ("keyword", RACK, "unmute", "Undo")),
        ({"act": "remove", "keyword": RACK}, "Removed: roof rack. New acts", ("term", RACK, "add", "Add it again")),
        ({"act": "add", "term": "露营"}, "Added: camping.", ("keyword", "camping", "remove", "Undo")),
        ({"act": "correct", "keyword": RACK, "weight": "3"}, "The weight is yours now: roof rack.", None),
    ],
)
def test_what_was_done_is_said_in_the_section_with_the_way_back(client, ada, values, said, undo):
    act(client, **values)
    text = page(client)
    status = text[text.index('<div class="bar bar-good') :]
    status = status[: status.index("</div>")]
    assert said in status and 'role="status"' in status
    assert text.index('id="interests-h"') < text.index(said) < text.index('id="place"')
    assert text.count(said) == 1
    if undo is None:
        assert "<form" not in status
        return
    name, value, back, label = undo
    assert f'name="{name}" value="{value}"' in status and label in status
    assert act(client, act=back, **{name: value}).status_code == 303
    assert (RACK in known(ada), "camping" in known(ada)) == (True, False)


def test_a_message_of_the_mirror_is_not_lost_on_another_page(client, ada):
    act(client, act="mute", keyword=RACK)
    assert "Muted: roof rack." in client.get(reverse("members:me"), follow=True).content.decode()


@pytest.mark.parametrize(
    ("language", "places"),
    [
        ("en", ["when you joined", "on this page", "in your settings", "with an import for a demonstration"]),
        ("zh-hans", ["加入时", "在本页", "在设置里", "导入演示数据时"]),
    ],
)
def test_every_place_where_an_answer_was_ever_given_has_words(language, places):
    with translation.override(language):
        assert [said_where(source) for source in ("welcome", "mirror", "settings", "demo import")] == places


def test_what_was_switched_is_said_where_the_switch_stands(client, ada):
    client.post(reverse("crm:permissions"), {"shown": list(BOTH), "permit": ["profiling:onsite"]})
    text = page(client)
    assert text.index('id="permits"') < text.index("Your permissions are kept.") < text.index('id="looks"')
    response = client.post(reverse("crm:permissions"), {"shown": ["profiling:onsite"]})
    assert response["Location"] == "/me/knows/#interests"
    assert page(client).index("Your permissions are kept.") < text.index('id="place"')


def test_a_field_that_did_not_hold_is_where_the_page_opens(client, ada):
    for number in range(13):
        Keyword.objects.create(code=f"k{number}", name_en=f"Kind{number}", name_zh=f"类{number}", kind="topic")
    vocabulary_changed()
    for number in range(13):
        services.add(member=ada, term=f"kind{number}", now=now())
    text = act(client, act="correct", keyword=RACK, weight="99").content.decode()
    field = text[text.index(f'id="w-{RACK}"') :]
    assert "autofocus" in field[: field.index(">")]
    assert '<details class="fold-more" open>' in text
    assert '<details class="menu" name="weight" open>' in text
    text = act(client, act="add", term="campin").content.decode()
    field = text[text.index('id="term"') :]
    assert "autofocus" in field[: field.index(">")] and f'action="{reverse("crm:interest")}#term"' in text
    text = client.post(reverse("crm:pause"), {"until": "2020-01-01"}).content.decode()
    field = text[text.index('id="id_until"') - 120 :]
    assert "autofocus" in field[: field.index("</div>")] and f'action="{reverse("crm:pause")}#id_until"' in text


def test_an_unknown_word_comes_back_with_the_nearest_ones_and_loses_nothing(client, ada):
    response = act(client, act="add", term="campin")
    text = response.content.decode()
    assert response.status_code == 422
    assert 'value="campin"' in text and 'name="term" value="camping"' in text


@pytest.mark.parametrize("weight", ["", "much", "11", "-1", "nan", "1e999", "１１１", "٣٣"])
def test_a_weight_that_does_not_hold_comes_back_as_typed(client, ada, weight):
    response = act(client, act="correct", keyword=RACK, weight=weight)
    assert response.status_code == 422
    assert f'value="{weight}"' in response.content.decode()
    assert not known(ada)[RACK].told


@pytest.mark.parametrize("values", [{}, {"act": "spy"}, {"act": "mute"}, {"act": "mute", "keyword": "camping"}])
def test_an_act_that_makes_no_sense_is_422_and_changes_nothing(client, ada, values):
    assert client.post(reverse("crm:interest"), values).status_code == 422
    assert list(known(ada)) == [RACK]


@pytest.mark.data
def test_hostile_text_is_refused_or_found_but_never_breaks_and_never_runs(client, ada):
    for text in json.loads((HOSTILE / "naughty-strings.json").read_text())[::12]:
        for response in (
            act(client, act="add", term=text),
            act(client, act="mute", keyword=text),
            client.post(reverse("crm:pause"), {"until": text}),
            client.post(reverse("crm:permissions"), {"permit": text, "wording": VERSION}),
            client.post(reverse("crm:erase"), {"username": text}),
        ):
            assert response.status_code in {303, 422, 429}
            assert "<script>alert" not in response.content.decode()
    assert permits_of(ada.pk) == set(BOTH)


def test_without_the_permission_the_page_says_so_and_offers_the_switch(client, ada):
    services.mute(member=ada, keyword=RACK, now=now())
    withdraw(member_id=ada.pk, purpose="profiling", channel="onsite", source="test", now=now())
    text = page(client)  # before any relay has run
    assert "We keep no interests of you." in text and "Where it was three months ago" not in text
    assert "What you muted before stays muted:" in text
    response = client.post(reverse("crm:permissions"), {"permit": "profiling:onsite", "wording": VERSION})
    assert response.status_code == 303
    assert "We keep no interests of you." not in page(client)
    assert permits_of(ada.pk) == set(BOTH)


def test_switches_change_what_was_switched_and_say_where_it_was_said(client, ada):
    shown = ["profiling:onsite", "product_news:email"]
    values = {"shown": shown, "permit": ["profiling:onsite", "offers:push"], "wording": VERSION}
    response = client.post(reverse("crm:permissions"), values)
    assert (response.status_code, response["Location"]) == (303, "/me/knows/#permits")
    assert permits_of(ada.pk) == {"profiling:onsite", "offers:push"}
    text = page(client)
    assert f'on this page, wording of <span class="nowrap">{VERSION}</span>' in text
    assert "The words above are newer" not in text
    drain()
    assert audience(parse(f"interest:{RACK}"), now=now()).total == 0


def test_whose_yes_is_older_than_the_wording_is_told(client, ada):
    Permission.objects.filter(member_id=ada.pk).update(text_version="2026-09.1")
    assert page(client).count("The words above are newer than your yes.") == Permission.objects.count() > 0


def test_a_switch_by_script_answers_with_the_table_alone(client, ada):
    values = {"shown": list(BOTH), "permit": [*BOTH, "research:phone"], "wording": VERSION}
    response = client.post(reverse("crm:permissions"), values, headers={"HX-Request": "true"})
    text = response.content.decode()
    assert response.status_code == 200 and "<html" not in text and text.strip().startswith("<section")
    assert "HX-Redirect" not in response
    assert "research:phone" in permits_of(ada.pk)
    values = {"shown": list(BOTH), "permit": ["product_news:email"]}
    response = client.post(reverse("crm:permissions"), values, headers={"HX-Request": "true"})
    assert response["HX-Redirect"] == reverse("crm:mirror")


OLDER = ["2026-09.1", None]


@pytest.mark.parametrize("wording", OLDER)
def test_a_yes_to_words_that_were_not_shown_is_asked_anew_and_a_no_counts(client, ada, wording):
    """A page that was opened before an upgrade shows the words of before."""
    values = {"shown": ["product_news:email"], "permit": ["offers:push"], **({"wording": wording} if wording else {})}
    response = client.post(reverse("crm:permissions"), values)
    text = response.content.decode()
    assert response.status_code == 409
    assert "The wording changed after you opened the page, so your yes was not saved." in text
    assert f'name="wording" value="{VERSION}"' in text
    assert permits_of(ada.pk) == {"profiling:onsite"}
    assert not PermissionEntry.objects.filter(purpose="offers").exists()
    by_script = client.post(reverse("crm:permissions"), values, headers={"HX-Request": "true"})
    table = by_script.content.decode()
    assert (by_script.status_code, "wording changed" in table, "Kept." in table) == (200, True, False)
    assert f'name="wording" value="{VERSION}"' in table
    assert permits_of(ada.pk) == {"profiling:onsite"}
    client.post(reverse("crm:permissions"), {"shown": ["profiling:onsite"]})
    text = page(client)
    assert text.count(f'name="wording" value="{VERSION}"') == 2  # by the switches, and where the interests would be
    response = client.post(reverse("crm:permissions"), {"permit": "profiling:onsite"})
    assert (response.status_code, response.content.decode().count("wording changed")) == (409, 2)
    assert permits_of(ada.pk) == frozenset()


def test_a_permission_nobody_offers_is_422_and_changes_nothing(client, ada):
    values = {"shown": list(BOTH), "permit": ["partners:dealer"], "wording": VERSION}
    response = client.post(reverse("crm:permissions"), values)
    assert response.status_code == 422
    by_script = client.post(reverse("crm:permissions"), values, headers={"HX-Request": "true"})
    assert (by_script.status_code, by_script["Content-Type"]) == (422, "text/plain; charset=utf-8")
    assert by_script.content in response.content
    assert permits_of(ada.pk) == set(BOTH)


def test_a_pause_is_shown_and_ended(client, ada):
    until = (now() + timedelta(days=30)).date().isoformat()
    assert client.post(reverse("crm:pause"), {"until": until}).status_code == 303
    assert "Nobody contacts you before" in page(client)
    assert client.post(reverse("crm:pause"), {"act": "end"}).status_code == 303
    assert "Nobody contacts you before" not in page(client)


@pytest.mark.parametrize("until", ["", "2020-01-01", "9999-99-99", "tomorrow", "9999-12-31", "0001-01-01"])
def test_a_pause_that_does_not_hold_comes_back(client, ada, until):
    response = client.post(reverse("crm:pause"), {"until": until})
    assert response.status_code == 422
    assert f'value="{until}"' in response.content.decode() or not until


def test_the_history_shows_every_yes_and_no_the_latest_first(client, ada):
    client.post(reverse("crm:permissions"), {"shown": list(BOTH), "permit": ["profiling:onsite"]})
    text = page(client, "history")
    assert text.count("<tr>") == 1 + 3
    assert re.findall(r'c1">\s*(No|Yes)\s*<', text)[:2] == ["No", "Yes"]


def test_who_looked_is_told_by_role_and_never_by_name(client, ada):
    nora = staff(Role.MARKETER, "nora")
    looked(ada, actor=nora.pk)
    looked(ada, actor=999, title="administrator", kind="viewed", why="")
    text = page(client)
    assert "Marketer" in text and "Administrator" in text and "<i>cares about</i>roof rack" in text
    assert "nora" not in text and str(nora.public_id) not in text
    assert re.search(r"<dd>\s*2 <small\s*>people</small>\s*</dd>", text)


def test_who_looked_is_told_with_what_was_asked_in_words(client, ada):
    looked(ada, why='interest:roof-rack>=2 -interest:camping stage:stable language:zh active<30d "two words"')
    looked(ada, why="")
    looked(ada, why="", kind="exported")
    looked(ada, why="", kind="viewed")
    looked(ada, why='owns:"cut off', kind="listed")
    looked(ada, kind="listed", site=True)
    looked(ada, kind="exported", site=True)
    text = page(client, "looks")
    for said in (
        "<i>cares about</i>roof rack ≥ 2",
        "<i>does not care about</i>camping",
        "<i>is</i>At home here",
        "<i>reads</i>中文",
        "<i>last here</i>in the last 30 days",
        "<i>with the word</i>two words",
        "<code>owns:&quot;cut off</code>",
    ):
        assert said in text, said
    assert text.count("No filter: everybody who permits this.") == 2
    assert text.count("No question: your page was opened.") == 1
    assert text.count("No question: the list of accounts was read.") == 1
    assert text.count("No question: your name stands beside what you wrote.") == 1
    assert text.count("Running the site") == 2
    assert text.count("exported your name") == 1  # beside an idea, where that is all


def test_the_months_count_looks_and_people(ada):
    for day in (1, 2, 3):
        looked(ada, now().replace(day=day))
    looked(ada, now().replace(day=4), actor=8)
    looked(ada, now().replace(day=1) - timedelta(days=1))
    assert [(m.looks, m.people) for m in queries.months(ada.pk)] == [(4, 2), (1, 1)]


@pytest.mark.parametrize("given", ["0", "-1", "x", "2", "99", "９", "1" * 40, ""])
def test_the_list_of_looks_is_paged_and_any_page_number_answers(client, ada, given):
    for _number in range(25):
        looked(ada)
    assert page(client, "looks", page=given).count("<tr>") == 1 + (5 if given in {"2", "99"} else 20)


def test_the_segments_that_hold_me_are_named_and_others_are_not(client, ada):
    def segment(name, line, purpose="product_news", channel="email"):
        Segment.objects.create(name=name, line=line, purpose=purpose, channel=channel, created_at=now())

    segment("Rack people", "interest:roof-rack")
    segment("Campers", "interest:camping")
    segment("By phone", "interest:roof-rack permit:research:phone", "research", "phone")
    segment("Of old", "interest:gone-keyword")
    assert [s.name for s in queries.segments_of(ada, now=now())] == ["Rack people"]
    text = page(client)
    assert "Rack people" in text and "Campers" not in text
    assert "<i>cares about</i>roof rack" in text and "Product news: Email" in text
    act(client, act="mute", keyword=RACK)
    drain()
    assert "Rack people" not in page(client)


def test_the_page_stands_when_search_is_away(client, ada, monkeypatch):
    Segment.objects.create(name="S", line="", purpose="product_news", channel="email", created_at=now())

    def away(*args):
        raise SearchDown

    monkeypatch.setattr(engine_of("audience"), "search", away)
    text = page(client)
    assert "Search is away" in text and f'id="i-{RACK}"' in text


def test_what_the_member_told_comes_first_and_repetitions_are_one_reason(client, ada):
    declare_keywords(member=ada, keywords=["roof rack"], now=now() - timedelta(days=3))
    for words in ("roof rack", "ROOF RACK", "Roof  rack"):
        with transaction.atomic():
            publish(SiteSearched(member_id=ada.pk, words=words, found=1), now=now() - timedelta(hours=1))
    write(ada, "Roof rack, again")
    drain()
    (shown,) = queries.interests_shown(profile_of(ada.pk))
    assert [(reason.sentence, reason.told) for reason in shown.reasons] == [
        ("Wrote “roof rack” among your keywords", True),
        ("Started “Roof rack, again”", False),
        ("Started “Which roof rack?”", False),
        ("Searched for “Roof  rack”, 3 times", False),
    ]
    assert (shown.count, shown.more) == (4, 0)
    assert "All 4 reasons" in page(client)


def test_of_many_reasons_five_are_told_and_the_rest_counted(client, ada):
    for number in range(6):
        write(ada, f"Roof rack {number}")
    drain()
    (shown,) = queries.interests_shown(profile_of(ada.pk))
    assert (len(shown.reasons), shown.count, shown.more) == (5, 7, 2)
    text = page(client)
    assert "All 7 reasons" in text and "and 2 older ones, in your file" in text


def test_two_reasons_are_both(client, ada):
    services.add(member=ada, term="roof rack", now=now())
    text = page(client)
    assert "Both reasons" in text and text.index("Added by you, here") < text.index("Started “Which roof rack?”")


@pytest.mark.parametrize("count", [1, 3])
def test_the_page_costs_a_constant_number_of_queries(client, ada, count, django_assert_num_queries):
    for number in range(count):
        services.add(member=ada, term=["camping", "power", "winter tyre"][number], now=now())
        looked(ada)
        write(ada, f"Roof rack {number}")
    drain()
    page(client)
    with django_assert_num_queries(19):  # one of them is for the names in what was asked
        assert page(client).count('class="fact"') == count + 1


@pytest.mark.parametrize("count", [2, 8])
def test_the_audiences_one_is_in_cost_a_constant_number_of_queries(client, ada, count, django_assert_num_queries):
    set_garage(member=ada, cars=[CarEntry("Norling", f"{number}T", 2024) for number in range(4)], now=now())
    for number in range(count):
        texts = {"title_en": f"Club {number}", "title_zh": f"俱乐部{number}", "about_en": "", "about_zh": ""}
        join_club(member=ada, club=ensure_club(slug=f"club{number}", models=[], now=now(), **texts), now=now())
        line = f"club:club{number}" if number % 2 else f"owns:{number // 2}t"
        Segment.objects.create(name=f"S{number}", line=line, purpose="product_news", channel="email", created_at=now())
    drain()
    with django_assert_num_queries(8):
        found = queries.segments_of(ada, now=now())
    assert [one.name for one in found] == [f"S{number}" for number in range(count)]


@pytest.mark.parametrize("count", [1, 3])
@pytest.mark.parametrize(("name", "queries"), [("looks", 7), ("history", 4)])
def test_the_lists_cost_a_constant_number_of_queries(client, ada, count, name, queries, django_assert_num_queries):
    for number in range(count):
        looked(ada)
        permit(ada, f"research:{['onsite', 'email', 'phone'][number]}", now=now())
    with django_assert_num_queries(queries):
        page(client, name)


# The file


def test_the_file_asks_for_the_password_where_the_sign_in_is_some_time_ago(client, ada):
    response = client.get(reverse("crm:download"))
    assert response["Location"] == f"{reverse('account_reauthenticate')}?next=%2Fme%2Fknows%2Fdownload%2Fready%2F"
    back = client.post(response["Location"], {"password": "correct horse"}, follow=True)
    assert back.redirect_chain[-1][0] == "/me/knows/#leave"
    assert "You can download your file now." in leave(back.content.decode())
    assert "You can download your file now." not in page(client)
    assert client.get(reverse("crm:download")).status_code == 200


def leave(text):
    """The part of the mirror that has the button of the file."""
    return text[text.index('id="leave"') : text.index("Download my file")]


def test_that_the_file_can_be_had_is_said_to_nobody_who_did_not_give_the_password(client, ada):
    asked = client.get(reverse("crm:download_ready"))["Location"]
    assert asked.startswith(reverse("account_reauthenticate"))
    wrong = client.post(asked, {"password": "wrong"})
    assert (wrong.status_code, "You can download" in wrong.content.decode()) == (422, False)
    assert "You can download" not in page(client)


def test_the_file_of_somebody_without_a_password_is_there_at_once(client):
    person = import_members([Newcomer(username="imported", joined_at=THEN)])[0]
    client.force_login(person)
    assert client.get(reverse("crm:download")).status_code == 200


def test_the_file_is_an_attachment_that_is_never_cached(client, ada):
    confirm(client)
    response = client.get(reverse("crm:download"))
    assert response["Content-Disposition"] == 'attachment; filename="paddock.json"'
    assert response["Content-Type"] == "application/json"
    assert "no-store" in response["Cache-Control"]
    assert json.loads(response.content)["account"]["username"] == "ada"


# Leaving


def test_a_wrong_name_erases_nobody_and_comes_back(client, ada):
    response = client.post(reverse("crm:erase"), {"username": "Adam"})
    text = response.content.decode()
    assert response.status_code == 422 and 'value="Adam"' in text
    assert "This is not your user name." in text and "Your user name is ada." in text
    assert Member.objects.get(pk=ada.pk).erased_at is None


@pytest.mark.parametrize("typed", ["ADA", " Ada ", "ａｄａ", "a\u200bda"])
def test_the_name_is_read_as_sign_in_reads_it(client, ada, typed):
    response = client.post(reverse("crm:erase"), {"username": typed})
    assert response.status_code == 302 and response["Location"].startswith(reverse("account_reauthenticate"))


def test_erasing_asks_for_the_password_then_forgets_and_signs_out(client, ada):
    response = client.post(reverse("crm:erase"), {"username": "ada"})
    assert response.status_code == 302 and response["Location"].startswith(reverse("account_reauthenticate"))
    assert Member.objects.get(pk=ada.pk).erased_at is None
    wrong = client.post(response["Location"], {"password": "wrong"})
    assert wrong.status_code in {200, 422} and Member.objects.get(pk=ada.pk).erased_at is None
    response = client.post(response["Location"], {"password": "correct horse"})
    assert (response.status_code, response["Location"]) == (303, reverse("crm:erased"))
    gone = Member.objects.get(pk=ada.pk)
    assert gone.erased_at and gone.email is None and gone.username != "ada"
    assert client.get(reverse("crm:mirror")).status_code == 302
    said = page(client, "erased")
    assert "What is gone" in said and "What stays" in said
    assert "What goes, at once" not in said and "It cannot be undone." not in said
    drain()
    assert not Profile.objects.filter(pk=ada.pk).exists()
    assert audience(parse(""), now=now()).total == 0


ACTS = ["mute", "unmute", "correct", "remove", "add", "nothing", "\0"]


@pytest.mark.parametrize("value", ["\0", "a\0b", "\0camping", "x" * 70_000])
def test_a_keyword_no_database_takes_is_not_on_the_list(client, ada, value):
    for act in ACTS:
        sent = {"act": act, "keyword": value, "term": value, "weight": value}
        assert client.post(reverse("crm:interest"), sent).status_code in {303, 422}, act
    pair = {"shown": value, "permit": f"{value}:{value}", "wording": VERSION}
    assert client.post(reverse("crm:permissions"), pair).status_code == 422
    assert client.post(reverse("crm:pause"), {"until": value, "act": value}).status_code == 422
