"""``manage.py import_clubs``."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command

from clubs.api import ensure_club, join_club
from clubs.models import Club
from community.kernel.api import now
from crm_bridge.audience.line import parse
from crm_bridge.keywords.vocabulary import capture, find
from crm_bridge.models import Keyword, Synonym
from crm_bridge.profiles.queries import interests_of, profile_of
from forums.models import Board
from tests.forgetting import forget_vocabulary
from tests.people import THEN, member, permit
from tests.real_data import CAR_NAMES
from tests.relay import drain

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _fresh_vocabulary():
    forget_vocabulary()
    yield
    forget_vocabulary()


def import_clubs(folder: Path, content) -> None:
    path = folder / "clubs.json"
    path.write_text(content if isinstance(content, str) else json.dumps(content), encoding="utf-8")
    call_command("import_clubs", path, verbosity=0)


def names() -> list[str]:
    return sorted(Keyword.objects.values_list("name_zh", flat=True))


def test_every_brand_is_a_club_with_a_board_and_its_models_are_keywords(tmp_path):
    import_clubs(tmp_path, {"奥迪": ["奥迪A3", "奥迪A3(进口)", "奥迪Q5L"], "Acme": ["Roadster GT"]})
    clubs = {club.title_zh: club for club in Club.objects.all()}
    assert {title: club.models_list for title, club in clubs.items()} == {
        "奥迪车友会": ["奥迪A3", "奥迪A3(进口)", "奥迪Q5L"],
        "Acme车友会": ["Roadster GT"],
    }
    assert clubs["Acme车友会"].slug == "acme"
    assert set(Board.objects.values_list("club_slug", flat=True)) == {club.slug for club in clubs.values()}
    assert names() == ["Acme", "Roadster GT", "奥迪", "奥迪A3", "奥迪Q5L"]
    found = {find(code).name_zh: count for code, count in capture("我的奥迪 a3 比 roadster GT 好").items()}
    assert found == {"奥迪A3": 1, "Roadster GT": 1}


def test_a_brand_called_as_a_word_of_the_sites_addresses_has_one_of_its_own(tmp_path):
    import_clubs(tmp_path, {"New": [], "Newton": []})
    slugs = dict(Club.objects.values_list("title_en", "slug"))
    assert slugs["Newton Club"] == "newton"
    assert slugs["New Club"].startswith("club-")


def test_a_second_run_changes_nothing_and_a_longer_list_adds_its_models(tmp_path):
    import_clubs(tmp_path, {"奥迪": ["奥迪A3"]})
    club = Club.objects.get()
    import_clubs(tmp_path, {"奥迪": ["奥迪A3"]})
    assert Club.objects.values().get() == {field.name: getattr(club, field.name) for field in Club._meta.fields}
    import_clubs(tmp_path, {"奥迪": ["奥迪A3", "奥迪A8"]})
    assert Club.objects.get().models_list == ["奥迪A3", "奥迪A8"]
    assert names() == ["奥迪", "奥迪A3", "奥迪A8"]


def test_names_found_everywhere_or_taken_by_another_subject_count_only_with_their_brand(tmp_path):
    topic = Keyword.objects.create(code="range", name_en="Range", name_zh="续航", kind="topic")
    Synonym.objects.create(keyword=topic, text="里程")
    import_clubs(tmp_path, {"比亚迪": ["元", "秦PLUS"], "本田": ["里程", "飞度"], "宝马": ["X5"]})
    assert names() == sorted(["宝马", "本田", "比亚迪", "宝马 X5", "本田 里程", "比亚迪 元", "秦PLUS", "续航", "飞度"])
    assert capture("花了二十万元，续航里程不错") == {"range": 2}


def test_a_keyword_a_manager_has_is_left_alone(tmp_path):
    Keyword.objects.create(code="fit", name_en="Fit", name_zh="飞度", kind="model", active=False)
    import_clubs(tmp_path, {"本田": ["飞度"]})
    assert list(Keyword.objects.filter(name_zh="飞度").values_list("code", "active")) == [("fit", False)]


def test_a_brand_is_an_interest_and_so_is_a_model_by_its_own_name(tmp_path):
    brands = {"奥迪": ["奥迪A3", "奥迪Q5L(进口)"], "赛麟": ["赛麟科迈罗"], "Polestar极星汽车": ["Polestar 1"]}
    import_clubs(tmp_path, brands)
    assert [find(term).name_zh for term in ("奥迪", "q5l", "科迈罗")] == ["奥迪", "奥迪Q5L", "赛麟科迈罗"]
    assert {find(term).name_zh for term in ("polestar", "极星", "Polestar极星")} == {"Polestar极星汽车"}
    assert find("A3") is None  # too short to mean only that
    assert parse("interest:奥迪 interest:Q5L").interests


def test_a_short_name_two_models_claim_is_nobodys_in_whatever_order_they_come(tmp_path):
    import_clubs(tmp_path, {"宝骏": ["宝骏E200"]})
    assert find("E200").name_zh == "宝骏E200"
    import_clubs(tmp_path, {"众泰": ["众泰E200"]})
    assert find("E200") is None
    import_clubs(tmp_path, {"奇瑞": ["奇瑞E200"]})
    assert (find("E200"), find("奇瑞E200").name_zh) == (None, "奇瑞E200")


def test_a_brand_takes_its_name_back_from_a_model(tmp_path):
    import_clubs(tmp_path, {"北京": ["北京JEEP"]})
    assert find("Jeep").name_zh == "北京JEEP"
    import_clubs(tmp_path, {"Jeep": ["指南者"]})
    assert find("jeep").name_zh == "Jeep"


def test_everyday_words_are_brands_only_alone_and_models_only_with_their_brand(tmp_path):
    import_clubs(tmp_path, {"大众": ["大众CC", "Polo"], "路虎": ["发现"], "MINI": ["MINI"]})
    assert [find(term).name_zh for term in ("大众", "mini", "路虎发现", "大众 Polo")] == [
        *("大众", "MINI", "路虎 发现", "大众 Polo"),
    ]
    assert [find("发现"), find("polo")] == [None, None]
    assert capture("我发现大众喜欢mini的东西") == {}
    assert {find(code).name_zh for code in capture("路虎发现和大众Polo")} == {"路虎 发现", "大众 Polo"}


def test_the_clubs_own_short_name_stands_for_its_model(settings):
    values = {"title_en": "4 Touring Club", "title_zh": "4旅行版车友会", "kind": "brand", "now": THEN}
    ensure_club(slug="4-touring", models=["Norling 4 Touring"], keywords=["4 Touring", "旅行车"], **values)
    assert list(Keyword.objects.values_list("name_en", flat=True)) == ["Norling 4 Touring"]
    assert find("4 touring").name_en == "Norling 4 Touring"


def test_joining_the_club_of_a_brand_is_an_interest_in_the_brand(tmp_path):
    import_clubs(tmp_path, {"奥迪": [f"奥迪A{n}" for n in range(3, 8)], "大众": ["大众CC", "途观", "迈腾", "速腾"]})
    ada = permit(member("ada"), "profiling:onsite")
    for club in Club.objects.all():
        join_club(member=ada, club=club, now=now())
    drain()
    assert {interest.name for interest in interests_of(profile_of(ada.pk))} == {"奥迪", "大众"}


@pytest.mark.parametrize(
    "content",
    ["", "{", "7", "null", "[]", "{}", '"text"', "[1, 2]", '[{"brand": " "}]', "[" * 100_000, "\ufeff[]"],
)
def test_a_file_of_another_form_is_refused_with_its_name(tmp_path, content):
    with pytest.raises(CommandError, match=r"clubs\.json"):
        import_clubs(tmp_path, content)
    assert Club.objects.count() == 0


def test_a_list_of_objects_and_odd_entries_are_read_as_far_as_they_are_names(tmp_path):
    odd = [{"brand": "Acme\0", "models": ["One\ud800", None, ["x"], {"name": "Two"}, "", 3, "One"]}, "text", {"a": 1}]
    import_clubs(tmp_path, odd)
    assert list(Club.objects.values_list("title_en", "models_list")) == [("Acme Club", ["One", "Two", "3"])]


@pytest.mark.data
@pytest.mark.serverless
def test_the_whole_list_of_brands_comes_in(tmp_path):
    path = CAR_NAMES
    listed = json.loads(path.read_text(encoding="utf-8"))
    for _run in range(2):
        call_command("import_clubs", path, verbosity=0)
        assert Club.objects.count() == len(listed) == 261
        assert Keyword.objects.count() > 2_200
    assert sum(len(club.models_list) for club in Club.objects.all()) == sum(len(set(s)) for s in listed.values())
    assert find("奥迪A3").kind == "model"
    assert capture("二十万元") == {}
