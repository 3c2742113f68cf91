import json
import re

import pytest
from allauth.account.models import EmailAddress
from django.core.cache import cache
from django.urls import reverse
from django.utils import translation

from clubs.api import ensure_club
from community.consent.api import VERSION, permits_of
from community.kernel.markup import quote
from community.kernel.models import OutboxEvent
from community.members.api import (
    CarEntry,
    KnownModel,
    Role,
    car_labels,
    car_name,
    declare_keywords,
    erase_member,
    model_name,
    set_garage,
)
from community.members.garage import shown_cars
from community.members.models import Car, DeclaredKeyword, Member
from forums.api import ensure_board, open_topic, write_post
from tests.contests import begin, contest, idea
from tests.forums.places import topic
from tests.people import member, staff
from tests.real_data import HOSTILE, QUARTERS

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


QUERIES = 8  # member, cars, what is known of models, keywords; topics and replies, ideas, clubs of the sections


def naughty():
    return json.loads((HOSTILE / "naughty-strings.json").read_text())


TEXTS = {"name": "Maja", "about": "Skis", "language": "en", "keywords": "行李架，ski"}


def garage(*cars, **more):
    """What the rows of a garage send: a car is (brand, model, year)."""
    rows = {
        f"car-{number}-{name}": value
        for number, car in enumerate(cars)
        for name, value in zip(("brand", "model", "year"), car, strict=True)
    }
    return {"car-TOTAL_FORMS": str(len(cars)), "car-INITIAL_FORMS": "0"} | rows | more


SPACE = TEXTS | garage(("Norling", "4T", "2024"), ("", "", ""))


def test_a_guest_sees_a_space_without_the_owners_buttons(client):
    member("maja", name="Maja Lind")
    response = client.get(reverse("members:space", args=["maja"]))
    assert response.status_code == 200
    assert "Maja Lind" in response.content.decode()
    assert reverse("members:edit") not in response.content.decode()


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_owner_sees_the_buttons_in_their_language(client, language):
    client.force_login(member("maja", language=language))
    response = client.get(reverse("members:me"), follow=True)
    assert response.redirect_chain == [(reverse("members:space", args=["maja"]), 302)]
    assert reverse("members:edit") in response.content.decode()
    assert response["Content-Language"] == language


@pytest.mark.parametrize(("language", "shown"), [("en", "Clubs and contests"), ("zh-hans", "车友会与共创")])
def test_a_title_of_the_brands_people_is_in_the_readers_language(client, language, shown):
    person = member("nora")
    Member.objects.filter(pk=person.pk).update(title="Clubs and contests", title_zh="车友会与共创")
    client.force_login(member("maja", language=language))
    assert f"<b>{shown}</b>" in client.get(reverse("members:space", args=["nora"])).content.decode()


@pytest.mark.parametrize("shown", [1, 3])
def test_a_space_costs_a_constant_number_of_queries(client, shown, now, django_assert_num_queries):
    maja = member("maja")
    declare_keywords(member=maja, keywords=[f"word {n}" for n in range(shown)], now=now)
    set_garage(member=maja, cars=[CarEntry("Norling", f"{n}T") for n in range(shown)], now=now)
    with django_assert_num_queries(QUERIES):
        response = client.get(reverse("members:space", args=["maja"]))
    assert response.content.decode().count('<article class="car"') == shown


def test_a_known_model_is_drawn_with_its_wheelbase_and_called_by_its_name(client, now):
    known = KnownModel(name_zh="4旅行版", drawing="4t", wheelbase=2935)
    ensure_club(
        slug="tourer", title_en="Club", title_zh="车友会", models=["Acme Tourer"], known={"Acme Tourer": known}, now=now
    )
    set_garage(member=member("maja"), cars=[CarEntry("Acme", "tourer", 2024), CarEntry("Other", "One")], now=now)
    english = client.get("/members/maja/").content.decode()
    assert (english.count('class="car-draw"'), ">2\u202f935</text>" in english, "<h3>tourer</h3>" in english) == (
        1,
        True,
        True,
    )
    client.cookies["django_language"] = "zh-hans"
    chinese = client.get("/members/maja/").content.decode()
    assert [f"<h3>{name}</h3>" in chinese for name in ("4旅行版", "One", "tourer")] == [True, True, False]
    with translation.override("zh-hans"):
        assert (car_labels(["acme tourer", "other one"])) == {"acme tourer": "Acme 4旅行版", "other one": "Other One"}
        assert model_name("ACME", "Tourer") == "4旅行版"


def test_a_car_of_the_brand_has_its_name_in_the_readers_language(now):
    known = KnownModel(name_zh="4旅行版")
    ensure_club(
        slug="t", title_en="T", title_zh="车", models=["Norling Tourer"], known={"Norling Tourer": known}, now=now
    )
    set_garage(member=member("maja"), cars=[CarEntry("Norling", "Tourer")], now=now)
    names = ("norling Tourer", "Norling GT", "Norlingen GT", "Other Tourer")
    assert [car_name(name) for name in names] == list(names)
    with translation.override("zh-hans"):
        assert [car_name(name) for name in names] == ["诺岭4旅行版", "诺岭GT", "Norlingen GT", "Other Tourer"]
        assert [car.label for car in shown_cars(Car.objects.all())] == ["诺岭4旅行版"]


def test_an_empty_space_says_so_in_the_readers_language(client):
    member("maja", name="Maja Lind")
    assert "Maja Lind has written nothing about themselves yet." in client.get("/members/maja/").content.decode()
    client.cookies["django_language"] = "zh-hans"
    assert "Maja Lind还没有介绍过自己。" in client.get("/members/maja/").content.decode()


@pytest.mark.parametrize("thing", ["about", "car", "keyword", "topic", "idea"])
def test_a_space_with_anything_to_see_is_not_called_empty(client, now, thing):
    maja = member("maja")
    if thing == "about":
        Member.objects.filter(pk=maja.pk).update(about="Far away.")
    elif thing == "car":
        set_garage(member=maja, cars=[CarEntry("Norling", "4T")], now=now)
    elif thing == "keyword":
        declare_keywords(member=maja, keywords=["camping"], now=now)
    elif thing == "topic":
        topic(author=maja)
    else:
        begin(idea(contest(), author=maja).contest, "voting")
    assert "about themselves" not in client.get("/members/maja/").content.decode()


def test_the_owner_of_an_empty_space_is_told_so_in_their_own_words(client):
    client.force_login(member("maja"))
    own, others = (client.get(f"/members/maja/{query}").content.decode() for query in ("", "?as=others"))
    assert ["about themselves" in html for html in (own, others)] == [False, True]
    assert "You have not written anything about yourself yet." in own


def test_the_owner_sees_the_space_as_others_do(client):
    client.force_login(member("maja"))
    own, others = (client.get(f"/members/maja/{query}").content.decode() for query in ("", "?as=others"))
    assert [reverse("members:edit") in html for html in (own, others)] == [True, False]


def test_one_of_the_brands_people_shows_what_they_answered(client, now):
    agent = staff(Role.SERVICE_AGENT, "elin")
    topic = open_topic(
        author=member(),
        board=ensure_board(slug="b", title_en="B", title_zh="版"),
        title="Which rims?",
        source="?",
        now=now,
    )
    write_post(author=agent, topic=topic, source="The small ones.", now=now)
    html = client.get("/members/elin/").content.decode()
    assert re.search(r">\s*Answers\s*<", html) and "The small ones." in html and "Garage" not in html


def test_what_somebody_quoted_is_not_shown_as_their_own_words(client, now):
    board = ensure_board(slug="b", title_en="B", title_zh="版")
    asked = open_topic(author=member("tom"), board=board, title="Rims?", source="Which rims?", now=now)
    first = asked.posts.get()
    words = quote("Tom", first.pk, "Which rims?") + "The small ones."
    write_post(author=member("maja"), topic=asked, source=words, now=now)
    html = client.get("/members/maja/").content.decode()
    assert ["The small ones." in html, "Which rims?" in html] == [True, False]


@pytest.mark.parametrize("name", ["nobody", "MAJA ", "former-1", "%00", "../etc", "' OR 1=1 --"])
def test_a_space_nobody_has_is_404(client, name):
    member("maja")
    assert client.get(reverse("members:space", args=["x"]).replace("/x/", f"/{name}/")).status_code == 404


def test_an_erased_members_space_is_gone(client, now):
    maja = member("maja")
    erase_member(member=maja, now=now)
    assert client.get(reverse("members:space", args=["maja"])).status_code == 404
    assert client.get(reverse("members:space", args=[Member.objects.get().username])).status_code == 404


@pytest.mark.parametrize("name", ["me", "edit", "welcome"])
def test_a_guest_is_asked_to_sign_in(client, name):
    address = reverse(f"members:{name}")
    response = client.get(address)
    assert (response.status_code, response["Location"]) == (302, f"{reverse('account_login')}?next={address}")


def test_a_saved_space_is_shown_and_known(client):
    maja = member("maja")
    client.force_login(maja)
    response = client.post(reverse("members:edit"), SPACE)
    assert (response.status_code, response["Location"]) == (302, reverse("members:me"))
    assert list(DeclaredKeyword.objects.values_list("text", flat=True)) == ["行李架", "ski"]
    assert list(Car.objects.values_list("brand", "model", "year")) == [("Norling", "4T", 2024)]
    names = list(OutboxEvent.objects.order_by("pk").values_list("name", flat=True))
    assert names == [
        "members.member.joined",
        "members.space.changed",
        "members.keywords.declared",
        "members.garage.changed",
    ]


REFUSED = [
    ("keywords", ",".join(str(n) for n in range(21))),
    ("keywords", "x" * 41),
    ("name", "Norling"),
    ("about", "x" * 2001),
    ("language", "xx"),
]


@pytest.mark.parametrize(("field", "value"), REFUSED)
def test_a_refused_space_keeps_what_was_typed_and_changes_nothing(client, field, value):
    maja = member("maja", name="Before")
    client.force_login(maja)
    response = client.post(reverse("members:edit"), SPACE | {field: value})
    assert response.status_code == 422
    form = response.context["form"]
    assert list(form.errors) == [field]
    assert {name: form[name].value() for name in TEXTS} == TEXTS | {field: value}
    assert [row["model"].value() for row in response.context["garage"]][:1] == ["4T"]
    assert Member.objects.get().name == "Before"
    assert DeclaredKeyword.objects.count() == Car.objects.count() == 0
    assert OutboxEvent.objects.count() == 1


def test_all_mistakes_of_a_space_are_told_at_once(client):
    client.force_login(member("maja", name="Before"))
    many = ",".join(str(n) for n in range(21))
    response = client.post(reverse("members:edit"), SPACE | {"name": "Norling", "keywords": many, "car-0-year": "24"})
    assert response.status_code == 422
    assert dict(response.context["form"].errors) == {
        "name": ["This name is reserved for the brand."],
        "keywords": ["At most 20 keywords."],
    }
    assert response.context["garage"].errors[0] == {"year": ["1900 or later."]}
    assert (Member.objects.get().name, Car.objects.count()) == ("Before", 0)


TEN = [("Norling", str(number), "") for number in range(10)]
REFUSED_CARS = [
    (garage(("Norling", "", "")), ["A car needs a brand and a model."]),
    (garage(("", "4T", "2024")), ["A car needs a brand and a model."]),
    (garage(("", "", "2024")), ["A car needs a brand and a model."]),
    (garage(("Norling", "4T", "24")), ["1900 or later."]),
    (garage(("Norling", "4T", "now")), ["Enter a whole number."]),
    (garage(("Norling", "4T", "9" * 400)), ["2100 or earlier."]),
    (garage(("x" * 41, "4T", "")), ["Ensure this value has at most 40 characters (it has 41)."]),
    (garage(*TEN, ("Norling", "11", "")), ["At most 10 cars."]),
]


@pytest.mark.parametrize(("rows", "errors"), REFUSED_CARS)
def test_refused_cars_are_told_of_in_their_row_and_change_nothing(client, rows, errors):
    maja = member("maja", name="Before")
    client.force_login(maja)
    response = client.post(reverse("members:edit"), TEXTS | rows)
    cars = response.context["garage"]
    told = [*cars.non_form_errors(), *(error for row in cars for found in row.errors.values() for error in found)]
    assert (response.status_code, told) == (422, errors)
    assert (Member.objects.get().name, Car.objects.count()) == ("Before", 0)


@pytest.mark.parametrize("total", ["", "x", "-1", "1e3", "٣", "9" * 400])
def test_a_form_whose_number_of_rows_was_tampered_with_is_refused(client, total):
    client.force_login(member("maja"))
    assert client.post(reverse("members:edit"), SPACE | {"car-TOTAL_FORMS": total}).status_code in {302, 422}
    assert Car.objects.count() <= 10


def test_a_garage_may_have_ten_cars_in_their_order_and_one_is_taken_out(client):
    client.force_login(member("maja"))
    client.post(reverse("members:edit"), TEXTS | garage(*TEN))
    assert list(Car.objects.values_list("model", flat=True)) == [str(number) for number in range(10)]
    rows = garage(*TEN, **{"car-INITIAL_FORMS": "10", "car-3-DELETE": "on"})
    client.post(reverse("members:edit"), TEXTS | rows)
    assert list(Car.objects.values_list("model", flat=True)) == [str(number) for number in range(10) if number != 3]


def test_another_row_is_there_without_a_script_and_saves_nothing(client):
    client.force_login(member("maja"))
    html = client.get(reverse("members:edit")).content.decode()
    assert 'name="car-0-brand"' in html
    page = client.post(reverse("members:edit"), SPACE | {"more": "1"})
    assert (page.status_code, len(page.context["garage"].forms)) == (200, 3)
    assert page.context["garage"].forms[0]["model"].value() == "4T"
    assert Car.objects.count() == 0
    full = client.post(reverse("members:edit"), TEXTS | garage(*TEN) | {"more": "1"})
    assert len(full.context["garage"].forms) == 10


def test_the_questions_begin_at_no_and_keep_a_yes(client):
    maja = member("maja")
    client.force_login(maja)
    address = reverse("members:welcome")
    assert 'value="no" checked' in client.get(address).content.decode()
    assert client.post(address, {"answer": "no"})["Location"] == f"{address}?step=1"
    assert permits_of(maja.pk) == frozenset()
    assert client.post(f"{address}?step=1", {"answer": "yes", "wording": VERSION})["Location"] == "/"
    assert permits_of(maja.pk) == frozenset({"product_news:email"})
    assert client.get(f"{address}?step=2")["Location"] == "/"


@pytest.mark.parametrize("step", ["-1", "x", "٣", "9" * 5000])
def test_a_step_that_is_none_asks_the_first_question(client, step):
    client.force_login(member())
    response = client.get(reverse("members:welcome"), {"step": step})
    assert (response.status_code, response.context["step"]) == (200, 1)


def test_the_language_is_kept_with_the_account(client):
    maja = member("maja")
    client.force_login(maja)
    response = client.post(reverse("members:language"), {"language": "zh-hans", "next": "/boards/"})
    assert (response["Location"], response.cookies["django_language"].value) == ("/boards/", "zh-hans")
    assert Member.objects.get().language == "zh-hans"
    client.post(reverse("members:language"), {"language": "tlh"})
    assert Member.objects.get().language == "zh-hans"


def test_the_theme_is_a_cookie_and_the_system_is_none(client):
    assert client.post(reverse("members:theme"), {"theme": "dark"}).cookies["theme"].value == "dark"
    assert 'data-theme="dark"' in client.get(reverse("account_login")).content.decode()
    assert client.post(reverse("members:theme"), {"theme": "auto"}).cookies["theme"].value == ""
    assert "data-theme" not in client.get(reverse("account_login")).content.decode()


@pytest.mark.parametrize("target", ["https://evil.example/", "//evil.example", "javascript:alert(1)", "\\\\evil"])
def test_a_choice_leads_to_no_other_site(client, target):
    assert client.post(reverse("members:theme"), {"theme": "dark", "next": target})["Location"] == "/"


@pytest.mark.data
@QUARTERS
def test_hostile_texts_in_a_space_are_kept_or_refused(client, part):
    maja = member("maja")
    client.force_login(maja)
    kept = 0
    for number, text in enumerate(naughty()[part::4]):
        cache.clear()  # how often a space may be changed is another test
        if number % 16 == 0:
            everywhere = client.post(reverse("members:edit"), dict.fromkeys(SPACE, text))
            assert everywhere.status_code == 422
        if client.post(reverse("members:edit"), SPACE | {"about": text, "keywords": text}).status_code == 302:
            kept += Member.objects.get().about == text.replace("\r\n", "\n").strip()
    assert kept > 62
    assert client.get(reverse("members:space", args=["maja"])).status_code == 200


@pytest.mark.data
@QUARTERS
def test_hostile_texts_make_no_account_page_fail(client, part):
    pages = ("account_signup", "account_login", "account_reset_password", "account_request_login_code")
    for number, text in enumerate(naughty()[part::4]):
        hostile = dict.fromkeys(["login", "password", "password1", "email", "name", "username", "next"], text)
        name = pages[number % len(pages)]
        cache.clear()
        assert client.post(reverse(name), hostile).status_code == 422, (name, text)


@pytest.mark.data
def test_hostile_names_join_or_are_refused(client):
    for number, text in enumerate(naughty()[::4]):
        cache.clear()
        client.cookies.clear()
        joining = {"email": f"b{number}@example.org", "password1": "a long enough one", "username": f"person{number}x"}
        assert client.post(reverse("account_signup"), joining | {"name": text}).status_code in {302, 422}, text


@pytest.mark.data
def test_odd_addresses_are_kept_as_typed_or_refused(client):
    accepted = set()
    for number, one in enumerate(json.loads((HOSTILE / "email-addresses.json").read_text())):
        cache.clear()
        client.cookies.clear()
        joining = {"username": f"odd{number}x", "email": one["address"], "password1": "a long enough one"}
        response = client.post(reverse("account_signup"), joining)
        assert response.status_code in {302, 422}, one
        accepted |= {one["address"].strip().lower()} if response.status_code == 302 else set()
    assert len(accepted) > 20
    assert set(EmailAddress.objects.values_list("email", flat=True)) == accepted


@pytest.mark.parametrize("name", ["language", "theme"])
@pytest.mark.parametrize(
    ("target", "led_to"),
    [
        ("abc", "abc"),
        ("boards/", "boards/"),
        ("forums.views.boards.boards", "forums.views.boards.boards"),
        ("members:me", "/"),
        ("//evil.example/", "/"),
        ("https://evil.example/", "/"),
        ("/\\evil.example", "/"),
        ("javascript:alert(1)", "/"),
        ("/boards/?page=2", "/boards/?page=2"),
        ("/members/林予安/", "/members/%E6%9E%97%E4%BA%88%E5%AE%89/"),
        ("\0", "/"),
        ("", "/"),
        ("http://[::1", "/"),
    ],
)
def test_after_a_choice_one_is_where_one_was_and_nowhere_else(client, name, target, led_to):
    response = client.post(reverse(f"members:{name}"), {"next": target, name: "en"})
    assert (response.status_code, response["Location"]) == (302, led_to)
