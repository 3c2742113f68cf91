import html
import json
import re

import pytest
from django.core.cache import cache
from django.db import connection
from django.test.utils import CaptureQueriesContext

from community.consent.api import VERSION, grant
from community.kernel.limits import LIMITS
from community.kernel.models import OutboxEvent
from community.members.api import Member, Role, erase_member, give_role
from community.members.mentions import CANDIDATES, beginnings
from community.search import registry
from community.search.api import SearchDown
from forums.models import Post
from tests.forums.places import board, reply, topic
from tests.people import THEN, member
from tests.real_data import HOSTILE, QUARTERS
from tests.relay import drain

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]

QUERIES = 4  # session, who is signed in, the topic's writers, members


@pytest.fixture
def tom(client):
    person = member("tom")
    client.force_login(person)
    return person


def named(client, typed, **more):
    """The user names offered for what was typed."""
    answer = client.get("/members/", {"q": typed, **more})
    assert answer.status_code == 200
    return re.findall(r'data-username="([^"]*)"', answer.content.decode())


def people(**names):
    made = {username: member(username, name=name) for username, name in names.items()}
    drain()
    return made


@pytest.mark.parametrize("typed", ["f", "Fri", "frida-holm", "HOLM", "ho", "ｆｒｉ"])
def test_somebody_is_found_by_the_beginning_of_either_name_and_of_their_words(client, tom, typed):
    member("frida-holm", name="Frida Holm")
    people(alfrida="Alfrida Kleinholm", fo="")
    assert named(client, typed) == (["fo", "frida-holm"] if typed == "f" else ["frida-holm"])


@pytest.mark.parametrize("typed", ["老", "老唐的", "林", "林远", "Lin", "远山"])
def test_chinese_names_are_found_by_their_beginning_too(client, tom, typed):
    for username, name in (("老唐的后备厢", ""), ("linyuan", "林远 远山"), ("唐先生", "大小老林")):
        member(username, name=name)
    drain()
    assert named(client, typed) == (["老唐的后备厢"] if "老" in typed else ["linyuan"])


@pytest.mark.parametrize(
    ("typed", "found"),
    [
        ("小", ["xiaoman", "小满的后备厢"]),
        ("小满", ["xiaoman", "小满的后备厢"]),
        ("夏小", ["xiaoman"]),
        ("满", []),
        ("远", ["linyuan"]),
        ("先生", ["唐先生"]),
        ("阳明", ["ouyang"]),
        ("唐的后", []),
    ],
)
def test_a_chinese_name_is_found_by_what_follows_the_surname(client, tom, typed, found):
    people(
        xiaoman="夏小满",
        linyuan="林远",
        ouyang="欧阳明月",
        **dict.fromkeys(("小满的后备厢", "唐先生", "老唐的后备厢"), ""),
    )
    assert named(client, typed) == found


@pytest.mark.parametrize("typed", ["jorg", "Jörg", "JÖ"])
def test_accents_do_not_count(client, tom, typed):
    people(jk="Jörg K")
    assert named(client, typed) == ["jk"]


def test_what_is_shown_is_the_name_the_user_name_and_what_somebody_of_the_brand_does(client, tom):
    nora = member("nora", name="Nora <b>Ek")
    give_role(member=nora, role=Role.SERVICE_AGENT, title="Answers")
    Member.objects.filter(pk=nora.pk).update(about="Lives in Oslo.")
    drain()
    answer = client.get("/members/", {"q": "nor"})
    text = " ".join(re.sub(r"<[^>]*>", " ", answer.content.decode()).split())
    assert html.unescape(text) == "Nora <b>Ek Answers @nora"
    assert set(answer["Cache-Control"].replace(" ", "").split(",")) == {"private", "no-store"}


def test_guests_are_told_nothing(client):
    people(frida="Frida")
    answer = client.get("/members/", {"q": "fri"})
    assert (answer.status_code, answer.content) == (403, b"")


def test_nobody_is_offered_who_is_not_here_or_cannot_be_meant(client, tom):
    made = people(anna="Anna", anton="", anders="Anders", anselm="")
    joined = member("annika")
    joined.emailaddress_set.create(email="annika@example.org", primary=True, verified=False)
    Member.objects.filter(pk=joined.pk).update(is_staff=False, last_login=None)
    Member.objects.filter(pk=made["anselm"].pk).update(username="anselm the second")
    assert named(client, "an") == ["anders", "anna", "anton"]
    erase_member(member=made["anna"], now=THEN)
    Member.objects.filter(pk=made["anders"].pk).update(is_active=False)
    assert named(client, "an") == ["anton"]  # also while the index is behind
    drain()
    assert (named(client, "an"), named(client, "former")) == (["anton"], [])


def test_oneself_is_not_offered(client, tom):
    people(tomas="")
    assert named(client, "tom") == ["tomas"]


def test_at_most_six_are_offered_by_the_alphabet_but_the_very_name_first(client, tom):
    for letter in "gfedcba":
        member(f"max-{letter}", name=f"{letter} Max")
    people(max="Z")
    assert named(client, "max") == ["max", *(f"max-{letter}" for letter in "abcde")]


def test_of_more_than_are_looked_at_the_very_name_is_among_those_offered(client, tom):
    for number in range(CANDIDATES + 2):  # before and after the very name, whichever of them are looked at
        member(f"max-{number:02}", name=f"Max {number:02}")
    member("max", name="Z")
    people(**{f"maxim-{number:02}": "" for number in range(CANDIDATES + 2)})
    first, *others = named(client, "Max")
    assert (first, len(others)) == ("max", 5)


def test_who_wrote_in_the_topic_comes_first_the_latest_before_all(client, tom):
    made = people(lia="", lea="", lou="", lars="")
    opened = topic(author=made["lou"])
    for who in ("lia", "lea", "lia", "lars"):
        reply(opened, author=made[who], source=f"{who} after {opened.last_number}")
        opened.refresh_from_db()
    Post.objects.filter(author=made["lars"]).update(deleted_at=THEN)
    assert named(client, "l", topic=opened.pk) == ["lia", "lea", "lou", "lars"]
    assert named(client, "l", topic="x") == named(client, "l") == ["lars", "lea", "lia", "lou"]


def test_the_writers_of_a_topic_one_may_not_read_are_nobodys_business(client, tom):
    made = people(lia="", lars="")
    give_role(member=made["lia"], role=Role.MODERATOR, title="")
    inside = topic(author=made["lia"], where=board(readers="staff"))
    assert named(client, "l", topic=inside.pk) == ["lars", "lia"]


@pytest.mark.parametrize("rows", [1, 3])
def test_it_takes_as_many_queries_however_many_are_found(client, tom, rows):
    made = people(**{f"ida{number}": "Ida" for number in range(rows)})
    opened = topic(author=made["ida0"])
    with CaptureQueriesContext(connection) as asked:
        assert len(named(client, "ida", topic=opened.pk)) == rows
    assert len(asked) == QUERIES


def test_without_an_index_the_topics_writers_and_the_very_name_are_left(client, tom, monkeypatch):
    made = people(ida="", idun="", iduna="")
    opened = topic(author=made["idun"])

    def down(*_args):
        raise SearchDown

    monkeypatch.setattr(registry.engine_of("content"), "search", down)
    assert named(client, "id", topic=opened.pk) == ["idun"]
    assert named(client, "IDA") == ["ida"]


def test_who_asks_too_often_waits(client, tom, monkeypatch):
    monkeypatch.setitem(LIMITS, "mention", (2, LIMITS["mention"][1]))
    assert [client.get("/members/", {"q": "a"}).status_code for _ in range(3)] == [200, 200, 429]


def test_what_was_typed_is_kept_nowhere(client, tom):
    people(frida="Frida")
    grant(member_id=tom.pk, purpose="profiling", channel="onsite", text_version=VERSION, source="test", now=THEN)
    before = OutboxEvent.objects.count()
    with CaptureQueriesContext(connection) as asked:
        named(client, "fri")
    assert OutboxEvent.objects.count() == before
    assert [one["sql"] for one in asked if not one["sql"].startswith("SELECT")] == []


@pytest.mark.data
@QUARTERS
def test_every_text_is_survived(client, tom, part):
    people(frida="Frida")
    texts = json.loads((HOSTILE / "naughty-strings.json").read_text())
    texts += (HOSTILE / "xss-payloads.txt").read_text().splitlines()[::20]
    for text in texts[part::4]:
        cache.clear()
        assert named(client, text, topic=text) in ([], ["frida"]), text


def test_a_name_begins_with_itself_and_its_words():
    assert beginnings("frida-holm", "Frida Holm") == ("frida-holm", "frida holm", "frida", "holm")
    assert beginnings("老唐Tang") == ("老唐tang", "老唐", "tang")
    assert beginnings("xiaoman", "夏小满") == ("xiaoman", "夏小满", "小满")
    assert beginnings("林", "林远", "唐先生的车") == ("林", "林远", "唐先生的车", "远")
