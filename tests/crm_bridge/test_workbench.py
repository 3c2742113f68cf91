"""The Workbench's pages: who may open them, what they show, what they write down."""

import csv
import html
import io
import re
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import transaction
from django.test import Client
from django.urls import reverse

from clubs.api import ensure_club, join_club
from community.consent.api import pause, withdraw
from community.kernel.api import Gone, now, publish, safe_cell
from community.kernel.limits import LIMITS
from community.members.api import CarEntry, Member, Role, erase_member, set_garage
from community.search.port import SearchDown
from community.search.registry import engine_of
from community.traces.facts import ReferrerSearched, SiteSearched
from crm_bridge.audience.questions import KEPT
from crm_bridge.audience.services import SORTED_BY
from crm_bridge.console import columns
from crm_bridge.console import export as export_module
from crm_bridge.console.access import recent_accesses, record
from crm_bridge.console.export import MOST
from crm_bridge.keywords.sightings import Sighting, record_sightings
from crm_bridge.mirror.explain import as_json
from crm_bridge.models import AccessEntry, AudienceQuestion, Segment
from crm_bridge.profiles.queries import interests_of, profile_of
from crm_bridge.receivers import forget_questions
from crm_bridge.segments.services import delete_segment, rename_segment, save_segment
from forums.api import ensure_board, open_topic
from ideas.api import open_contest
from tests.forums.places import topic
from tests.people import member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

BOTH = ("profiling:onsite", "product_news:email")
pytestmark = [pytest.mark.django_db, pytest.mark.serverless]


@pytest.fixture
def ada():
    load_words()
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    ada = permit(member("ada", name="Ada"), *BOTH)
    open_topic(author=ada, board=board, title="Which roof rack?", source="Roof bars.", now=now())
    drain()
    return ada


def signed_in(person):
    client = Client()
    client.force_login(person)
    return client


@pytest.fixture
def marketer():
    return staff(Role.MARKETER, "viktor")


@pytest.fixture
def desk(marketer):
    return signed_in(marketer)


def pages(ada):
    segment = Segment.objects.create(
        name="Racks", line="interest:roof-rack", purpose="product_news", channel="email", created_at=now()
    )
    return {
        "home": ("get", reverse("crm:workbench"), {}),
        "people": ("get", reverse("crm:people"), {}),
        "person": ("get", reverse("crm:person", args=[ada.public_id]), {}),
        "segments": ("get", reverse("crm:segments"), {}),
        "export": ("post", reverse("crm:export"), {"q": ""}),
        "save": ("post", reverse("crm:save_segment"), {"q": "", "name": "All"}),
        "change": ("post", reverse("crm:change_segment", args=[segment.pk]), {"name": "New"}),
    }


ALL = ("home", "people", "person", "segments", "export", "save", "change")
OPEN = {
    "marketer": set(ALL),
    "brand_manager": set(ALL),
    "service_agent": {"home"},
    "moderator": {"home"},
    "member": set(),
}


@pytest.mark.parametrize("role", list(OPEN))
def test_each_role_opens_its_pages_and_no_others(ada, role):
    browser = signed_in(member("someone") if role == "member" else staff(Role(role), "someone"))
    for page, (method, address, data) in pages(ada).items():
        answer = getattr(browser, method)(address, data)
        assert (answer.status_code < 400) == (page in OPEN[role]), (page, answer.status_code)
        assert answer.status_code in (200, 302, 403), page


def test_guests_are_asked_to_sign_in(ada):
    for page, (method, address, data) in pages(ada).items():
        answer = getattr(Client(), method)(address, data)
        assert answer.status_code == 302, page
        assert "/account/login/" in answer["Location"], page


def test_people_are_listed_with_reasons_and_each_look_is_written_down(ada, desk, marketer):
    answer = desk.get(reverse("crm:people"), {"q": "interest:行李架"})
    text = answer.content.decode()
    assert "Ada" in text
    assert "Started “Which roof rack?”" in text
    assert str(ada.public_id) in text
    assert "ada@" not in text
    entry = AccessEntry.objects.get()
    assert (entry.member_id, entry.actor_id, entry.kind) == (ada.pk, marketer.pk, "listed")
    assert (entry.purpose, entry.channel, entry.why) == ("product_news", "email", "interest:roof-rack")
    assert entry.actor_title == "marketer"


@pytest.mark.parametrize("language", ["en", "zh-hans"])
def test_the_words_of_a_search_are_told_to_nobody_but_the_member(ada, desk, language):
    words = "roof rack for my mother's coffin"
    with transaction.atomic():
        publish(SiteSearched(member_id=ada.pk, words=words, found=0), now=now())
        publish(ReferrerSearched(member_id=ada.pk, words=f"{words} cheap", engine="bing.com"), now=now())
    drain()
    Member.objects.update(language=language)
    printed = io.StringIO()
    call_command("audience", "interest:roof-rack", format="json", stdout=printed)
    shown = [desk.get(reverse("crm:people"), {"q": "interest:roof-rack"}), desk.get(person_page(ada))]
    shown.append(desk.post(reverse("crm:export"), {"q": "interest:roof-rack"}))
    texts = [html.unescape(answer.content.decode()) for answer in shown]
    for text in (*texts, printed.getvalue()):
        assert "coffin" not in text and "ada" in text.lower()
    searched = {"en": "Searched for it", "zh-hans": "搜索过"}[language]
    assert texts[1].count(searched) == 1  # here, and elsewhere: to staff it is one thing
    mine = html.unescape(signed_in(ada).get(reverse("crm:mirror")).content.decode())
    assert words in mine and searched in mine
    assert "coffin" in as_json(ada)


def person_page(member):
    return reverse("crm:person", args=[member.public_id])


def test_the_list_asks_a_literal_number_of_queries(ada, desk, django_assert_num_queries):
    desk.get(reverse("crm:people"), {"q": "interest:roof-rack"})
    with django_assert_num_queries(21):  # one of them keeps the question
        desk.get(reverse("crm:people"), {"q": "interest:roof-rack"})


def test_a_persons_page_shows_only_what_is_permitted_and_is_written_down(ada, desk):
    address = reverse("crm:person", args=[ada.public_id])
    assert "roof rack" in desk.get(address).content.decode()
    assert AccessEntry.objects.get().kind == "viewed"
    assert desk.get(address, {"for": "offers:email"}).status_code == 403
    withdraw(member_id=ada.pk, purpose="product_news", channel="email", source="test", now=now())
    answer = desk.get(address)
    assert answer.status_code == 403
    assert "roof rack" not in answer.content.decode()
    assert AccessEntry.objects.count() == 1


@pytest.mark.parametrize(("text", "status"), [("interest:nothing", 422), ("for:you", 422), ("page", 200)])
def test_a_mistake_keeps_what_was_typed(ada, desk, text, status):
    answer = desk.get(reverse("crm:people"), {"q": text})
    assert answer.status_code == status
    assert text in answer.content.decode()


@pytest.mark.parametrize(
    "wanted", ["x", "service", "profiling:email", "a b", "\0", '"', "product_news:email sort:joined", "-offers:email"]
)
def test_an_unknown_purpose_is_refused(ada, desk, wanted):
    answer = desk.get(reverse("crm:person", args=[ada.public_id]), {"for": wanted})
    assert (answer.status_code, AccessEntry.objects.count()) == (422, 0)
    assert "This permission does not exist." in answer.content.decode()


@pytest.mark.parametrize("wanted", ["", "product_news:email", "Product_News:Email"])
def test_a_person_is_shown_for_the_usual_purpose_or_the_one_asked_for(ada, desk, wanted):
    answer = desk.get(reverse("crm:person", args=[ada.public_id]), {"for": wanted})
    assert (answer.status_code, answer.context["permit"]) == (200, "Product news: Email")


def test_adding_a_part_leads_to_the_longer_line(ada, desk):
    answer = desk.get(reverse("crm:people"), {"q": "interest:power", "add": "active<30d"})
    assert answer["Location"].endswith("?q=interest%3Apower+active%3C30d")


@pytest.mark.parametrize(("line", "page"), [("", "99999"), ("", "2"), ("ada", "2"), ("nobody-at-all", "2")])
def test_a_page_behind_the_last_is_not_there_and_shows_nobodys_facets(ada, desk, line, page):
    answer = desk.get(reverse("crm:people"), {"q": line, "page": page})
    assert answer.status_code == 404
    assert "roof rack" not in answer.content.decode()
    assert desk.get(reverse("crm:people"), {"q": line, "page": "x"}).status_code == 200


def test_a_question_the_index_cannot_answer_is_a_fault_and_not_a_missing_page(ada, desk, monkeypatch):
    monkeypatch.setitem(SORTED_BY, "joined", "stage")
    with pytest.raises(ValueError, match="stage is not one of"):
        desk.get(reverse("crm:people"), {"q": "sort:joined"})


def asked():
    rows = AudienceQuestion.objects.order_by("pk")
    return list(rows.values_list("actor__username", "kind", "line", "purpose", "channel"))


def test_every_question_is_kept_with_who_asked_it(ada, desk, marketer):
    desk.get(reverse("crm:people"), {"q": "interest:行李架 permit:offers:email"})
    desk.get(reverse("crm:people"), {"q": "interest:nothing"})
    desk.post(reverse("crm:export"), {"q": "interest:roof-rack"})
    desk.post(reverse("crm:save_segment"), {"q": "stage:fading", "name": "Gone"})
    desk.get(reverse("crm:segments"))
    desk.get(reverse("crm:workbench"))
    assert asked() == [
        ("viktor", "list", "interest:roof-rack permit:offers:email", "offers", "email"),
        ("viktor", "export", "interest:roof-rack", "product_news", "email"),
        ("viktor", "segment", "stage:fading", "product_news", "email"),
        ("viktor", "segment", "stage:fading", "product_news", "email"),
    ]
    now_and_then = AudienceQuestion.objects.order_by("pk")
    now_and_then.filter(kind="list").update(at=now() - KEPT - timedelta(minutes=1))
    assert [forget_questions(), forget_questions()] == [1, 0]
    assert [kind for _who, kind, *_rest in asked()] == ["export", "segment", "segment"]


def test_a_staff_member_asks_so_many_questions_a_minute_at_most(ada, desk, monkeypatch):
    monkeypatch.setitem(LIMITS, "question", (3, LIMITS["question"][1]))
    answers = [desk.get(reverse("crm:people"), {"q": f"joined<{days}d"}).status_code for days in range(1, 6)]
    assert answers == [200, 200, 200, 429, 429]
    assert len(asked()) == 3
    assert signed_in(staff(Role.BRAND_MANAGER, "other")).get(reverse("crm:people")).status_code == 200


def test_a_segment_of_a_few_people_does_not_tell_how_few(ada, desk):
    Segment.objects.create(
        name="Ada alone", line="ada interest:roof-rack", purpose="product_news", channel="email", created_at=now()
    )
    for page in ("crm:segments", "crm:workbench"):
        text = desk.get(reverse(page)).content.decode()
        assert "Ada alone" in text and "fewer than 10" in text
    assert not AccessEntry.objects.exists()


def test_only_superusers_read_who_asked_what(ada, desk, marketer):
    desk.get(reverse("crm:people"), {"q": "interest:roof-rack"})
    address = reverse("admin:crm_bridge_audiencequestion_changelist")
    assert desk.get(address).status_code in (302, 403)
    Member.objects.filter(pk=marketer.pk).update(is_superuser=True)
    answer = desk.get(address)
    assert answer.status_code == 200
    assert "interest:roof-rack" in answer.content.decode()
    assert desk.get(reverse("admin:crm_bridge_audiencequestion_add")).status_code == 403
    row = AudienceQuestion.objects.get()
    assert desk.post(reverse("admin:crm_bridge_audiencequestion_delete", args=[row.pk])).status_code == 403


def test_profiling_is_not_offered_as_a_purpose(ada, desk):
    quiet = permit(member("quiet", name="Quiet"), "profiling:onsite")
    address = reverse("crm:person", args=[quiet.public_id])
    assert desk.get(address, {"for": "profiling:onsite"}).status_code == 422
    assert desk.get(reverse("crm:people"), {"q": "permit:profiling:onsite"}).status_code == 422
    assert desk.post(reverse("crm:export"), {"q": "permit:profiling:onsite"}).status_code == 422
    assert desk.post(reverse("crm:save_segment"), {"q": "permit:profiling:onsite", "name": "All"}).status_code == 422
    assert not AccessEntry.objects.exists() and not Segment.objects.exists()


def test_the_export_holds_those_who_permit_it_at_that_moment(ada, desk):
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    quick = permit(member("quick", name="=1+1"), *BOTH)
    open_topic(author=quick, board=board, title="Roof rack", source="Roof rack", now=now())
    drain()
    withdraw(member_id=ada.pk, purpose="product_news", channel="email", source="test", now=now())  # not yet indexed
    answer = desk.post(reverse("crm:export"), {"q": "interest:roof-rack"})
    text = answer.content.decode()
    assert answer["Content-Type"].startswith("text/csv")
    assert text.startswith("\ufeff")
    rows = list(csv.DictReader(io.StringIO(text.removeprefix("\ufeff"))))
    assert [row["username"] for row in rows] == ["quick"]
    assert rows[0]["name"] == "'=1+1"
    assert rows[0]["email"] == "quick@example.org"
    assert list(AccessEntry.objects.values_list("member_id", "kind")) == [(quick.pk, "exported")]


TOLD = {
    "username": "user name",
    "name": "name",
    "email": "email address",
    "language": "language",
    "stage": "stage",
    "drives": "car",
    "interests": "interests with their weights",
    "permission": "permission for this contact",
    "last_active": "last active day",
}


@pytest.mark.parametrize(("permission", "without"), [("product_news:email", set()), ("research:phone", {"email"})])
def test_who_is_exported_reads_what_the_file_told_of_them(ada, desk, client, permission, without):
    permit(ada, permission)
    drain()
    answer = desk.post(reverse("crm:export"), {"q": f"permit:{permission}"})
    headings = next(csv.reader(io.StringIO(answer.content.decode().removeprefix("\ufeff"))))
    assert headings == [heading for heading in TOLD if heading not in without]
    client.force_login(ada)
    told = ", ".join(words for heading, words in TOLD.items() if heading not in without)
    assert f"exported, as far as known, your {told}<" in client.get(reverse("crm:looks")).content.decode()


def test_what_a_file_told_is_said_by_its_own_columns_whatever_files_have_later(ada, desk, client, monkeypatch):
    desk.post(reverse("crm:export"), {"q": ""})
    assert AccessEntry.objects.get().columns == list(TOLD)
    kept = [column for column in columns.COLUMNS if column.heading != "drives"]
    phone = columns.Column("phone", "phone number", lambda _person, _line: "")
    monkeypatch.setattr(columns, "COLUMNS", (*kept, phone))
    client.force_login(ada)
    told = ", ".join((TOLD | {"drives": "drives"}).values())  # of which no words are kept
    assert f"exported, as far as known, your {told}<" in client.get(reverse("crm:looks")).content.decode()
    AccessEntry.objects.update(columns=[])  # as before they were kept
    today = ", ".join([*(words for heading, words in TOLD.items() if heading != "drives"), "phone number"])
    assert f"exported, as far as known, your {today}<" in client.get(reverse("crm:looks")).content.decode()


def test_what_is_taken_back_while_a_file_is_made_is_not_in_it(ada, desk, monkeypatch):
    """The rows are read before the lock: what holds is what is permitted as the file leaves."""
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    others = {name: permit(member(name), *BOTH) for name in ("whole", "mute", "gone", "idle")}
    for author in others.values():
        open_topic(author=author, board=board, title="Roof rack", source="Roof rack", now=now())
    drain()

    def meanwhile(*values):
        at = now()
        withdraw(member_id=ada.pk, purpose="product_news", channel="email", source="test", now=at)
        withdraw(member_id=others["mute"].pk, purpose="profiling", channel="onsite", source="test", now=at)
        pause(member_id=others["idle"].pk, until=at + timedelta(days=3), now=at)
        erase_member(member=others["gone"], now=at)
        return permitted(*values)

    permitted = export_module._permitted
    monkeypatch.setattr(export_module, "_permitted", meanwhile)
    text = desk.post(reverse("crm:export"), {"q": "interest:roof-rack"}).content.decode()
    rows = {row["username"]: row["interests"] for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))}
    assert set(rows) == {"whole", "mute"}
    assert ("Roof" in rows["whole"] or "roof" in rows["whole"], rows["mute"]) == (True, "")
    looked = AccessEntry.objects.filter(kind="exported").values_list("member_id", flat=True)
    assert set(looked) == {others["whole"].pk, others["mute"].pk}


def test_a_file_holds_as_many_people_as_is_written():
    assert MOST == 100_000
    assert f"at most {MOST:,} people" in Path("docs/audience.md").read_text()


@pytest.mark.parametrize(("most", "status"), [(3, 200), (2, 422)])
def test_an_audience_too_large_for_a_file_is_refused_and_never_cut(ada, desk, monkeypatch, most, status):
    for name in ("bo", "cleo"):
        permit(member(name), *BOTH)
    drain()
    monkeypatch.setattr("crm_bridge.console.export.MOST", most)
    answer = desk.post(reverse("crm:export"), {"q": "language:en joined<5y"})
    text = answer.content.decode()
    assert answer.status_code == status
    if status == 200:
        rows = csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))
        assert {row["username"] for row in rows} == {"ada", "bo", "cleo"}
    else:
        assert "narrow the audience down before exporting it" in text
        assert 'name="q" value="language:en joined&lt;1825d"' in text  # the question is still there
        assert "csv" not in answer["Content-Type"]
    exported = AccessEntry.objects.filter(kind="exported").count()
    assert exported == (3 if status == 200 else 0)


@pytest.mark.parametrize("rows", [2, 12])
def test_the_export_asks_a_literal_number_of_queries(ada, desk, rows, django_assert_num_queries):
    board = ensure_board(slug="touring", title_en="Touring", title_zh="旅行")
    for number in range(rows - 1):
        driver = permit(member(f"driver{number}x"), *BOTH)
        set_garage(member=driver, cars=[CarEntry("Norling", f"{number}T", 2024)], now=now())
        open_topic(author=driver, board=board, title="Roof rack", source="Roof rack", now=now())
    drain()
    desk.post(reverse("crm:export"), {"q": "interest:roof-rack"})
    # Two of them for every 500 people as they are read, three for every 10,000 as all is permitted still, and one for
    # every 500 that writes down who was exported.
    with django_assert_num_queries(19):
        answer = desk.post(reverse("crm:export"), {"q": "interest:roof-rack"})
    assert len(answer.content.splitlines()) == rows + 1


@pytest.mark.parametrize("line", ["sort:joined", "sort:-joined", "sort:interest:roof-rack", ""])
@pytest.mark.parametrize("most", [2, 10_000])
def test_the_rows_of_the_file_stand_as_the_list_has_them(ada, desk, monkeypatch, line, most):
    for days, name in ((30, "cleo"), (90, "bo"), (60, "dan")):
        person = permit(member(name), *BOTH)
        Member.objects.filter(pk=person.pk).update(joined_at=now() - timedelta(days=days))
    drain()
    monkeypatch.setattr("crm_bridge.audience.services.MAX_WINDOW", most)
    listed = [one.member.username for one in desk.get(reverse("crm:people"), {"q": line}).context["found"].people]
    text = desk.post(reverse("crm:export"), {"q": line}).content.decode()
    rows = [row["username"] for row in csv.DictReader(io.StringIO(text.removeprefix("\ufeff")))]
    assert rows[:most] == listed[:most] and sorted(rows) == sorted(listed) == ["ada", "bo", "cleo", "dan"]


@pytest.mark.parametrize("cell", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_no_cell_is_a_formula(cell):
    assert safe_cell(cell) == f"'{cell}"


def test_segments_are_saved_counted_renamed_and_deleted(ada, desk):
    desk.post(reverse("crm:save_segment"), {"q": "interest:行李架", "name": " Racks  today "})
    segment = Segment.objects.get()
    assert (segment.name, segment.line) == ("Racks today", "interest:roof-rack")
    assert "Racks today" in desk.get(reverse("crm:segments")).content.decode()
    desk.post(reverse("crm:change_segment", args=[segment.pk]), {"name": "Others", "do": "rename"})
    segment.refresh_from_db()
    assert segment.name == "Others"
    again = desk.post(reverse("crm:save_segment"), {"q": "", "name": "Others"})
    assert again.status_code == 422
    assert "There is a segment of this name already." in again.content.decode()
    desk.post(reverse("crm:change_segment", args=[segment.pk]), {"do": "delete"})
    assert not Segment.objects.exists()


def test_a_segment_that_was_deleted_meanwhile_does_not_come_back(marketer):
    kept = save_segment(actor=marketer, name="Racks", line="stage:fading", now=now())
    delete_segment(actor=marketer, segment=Segment.objects.get())
    with pytest.raises(Gone):
        rename_segment(actor=marketer, segment=kept, name="Roof racks")
    assert not Segment.objects.exists()


def test_what_became_of_a_segment_is_said(ada, desk):
    answer = desk.post(reverse("crm:save_segment"), {"q": "interest:行李架", "name": "Racks"}, follow=True)
    assert "Saved: “Racks”." in answer.content.decode()
    segment = Segment.objects.get()
    address = reverse("crm:change_segment", args=[segment.pk])
    answer = desk.post(address, {"name": "Others", "do": "rename"}, follow=True)
    assert "“Racks” is now “Others”." in answer.content.decode()
    assert "Deleted: “Others”." in desk.post(address, {"do": "delete"}, follow=True).content.decode()


def test_a_name_is_kept_while_the_line_is_corrected(ada, desk):
    answer = desk.post(reverse("crm:save_segment"), {"q": "interst:行李架", "name": "Racks & more", "rows": "compact"})
    text = answer.content.decode()
    form = text.partition('<form class="mt-4" action="/workbench/people/" role="search">')[2].partition("</form>")[0]
    sent = dict(re.findall(r'name="(\w+)"[^>]* value="([^"]*)"', form))
    assert answer.status_code == 422 and 'href="/workbench/people/" aria-current="page"' in text
    assert sent == {"q": "interst:行李架", "name": "Racks &amp; more", "rows": "compact"}
    text = desk.get(reverse("crm:people"), {"q": "interest:行李架", "name": "Racks & more"}).content.decode()
    field = text[text.index('<input id="segment-name"') :].partition("</div>")[0]
    assert 'value="Racks &amp; more"' in field


def test_a_name_that_is_taken_is_said_at_its_field(ada, desk):
    for name in ("Racks", "Others"):
        desk.post(reverse("crm:save_segment"), {"q": "", "name": name})
    answer = desk.post(reverse("crm:save_segment"), {"q": "interest:power", "name": "Racks"})
    text = answer.content.decode()
    assert answer.status_code == 422 and text.count("There is a segment of this name already.") == 1
    field = text[text.index('<input id="segment-name"') :]
    field = field[: field.index("</div>")]
    assert 'value="Racks"' in field and "autofocus" in field and "There is a segment of this name already." in field
    segment = Segment.objects.get(name="Others")
    answer = desk.post(reverse("crm:change_segment", args=[segment.pk]), {"do": "rename", "name": "Racks"})
    text = answer.content.decode()
    assert answer.status_code == 422 and text.count('<details class="menu" name="segment" open>') == 1
    field = text[text.index(f'id="name-{segment.pk}"') :]
    assert 'value="Racks"' in field[: field.index("</div>")] and "autofocus" in field[: field.index("</div>")]


def test_an_answer_to_a_form_leads_back_to_its_question(ada, desk, monkeypatch):
    """In the footer the language is switched; without its question the page would be a look at everybody."""
    permit(member("bo"), *BOTH)
    drain()
    monkeypatch.setattr("crm_bridge.audience.services.PAGE", 1)
    sent = {"q": "language:en", "rows": "compact"}
    desk.post(reverse("crm:save_segment"), {"q": "", "name": "Racks"})
    text = html.unescape(desk.post(reverse("crm:save_segment"), sent | {"name": "Racks"}).content.decode())
    address = "/workbench/people/?q=language%3Aen&rows=compact&name=Racks"
    assert text.count(f'name="next" value="{address}"') == 2
    AccessEntry.objects.all().delete()
    answer = desk.post(reverse("members:language"), {"next": address, "language": "zh-hans"}, follow=True)
    text = answer.content.decode()
    field = text[text.index('<input id="segment-name"') :].partition("</div>")[0]
    assert answer.status_code == 200 and 'value="Racks"' in field and "已经有同名的人群。" in field
    assert set(AccessEntry.objects.values_list("why", flat=True)) == {"language:en"}
    long = html.unescape(desk.post(reverse("crm:save_segment"), {"q": "车" * 400, "name": "Racks"}).content.decode())
    assert long.count('name="next" value="/workbench/"') == 2  # no page repeats an address that is longer than people's


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Racks", "There is a segment of this name already."),
        (" Ra\0cks ", "There is a segment of this name already."),
        ("x" * 81, "A name has at most 80 characters."),
        (" ", "Give the segment a name."),
        ("Others", ""),
        ("", ""),
    ],
)
def test_a_name_in_the_address_is_told_what_is_wrong_with_it_now(ada, desk, name, said):
    desk.post(reverse("crm:save_segment"), {"q": "", "name": "Racks"})
    answer = desk.get(reverse("crm:people"), {"name": name})
    assert answer.status_code == 200
    text = answer.content.decode()
    assert ('id="segment-name_error"' in text, said in text) == (bool(said), True)
    Segment.objects.all().delete()
    assert "of this name already" not in desk.get(reverse("crm:people"), {"name": name}).content.decode()


def test_rows_of_one_line_are_remembered_in_every_address(ada, desk):
    asked = {"q": "interest:roof-rack", "rows": "compact"}
    text = desk.get(reverse("crm:people"), asked).content.decode()
    assert "tbl-c " in text and "Started “Which roof rack?”" in text
    links = [part.split('"')[0] for part in text.split('href="/workbench/people/?')[1:]]
    assert [link for link in links if "rows=compact" not in link] == ["q=interest%3Aroof-rack"]  # back to roomy ones
    answer = desk.get(reverse("crm:people"), {**asked, "add": "active<30d"})
    assert answer["Location"].endswith("?q=interest%3Aroof-rack+active%3C30d&rows=compact")
    assert "tbl-c " not in desk.get(reverse("crm:people"), {"q": "interest:roof-rack"}).content.decode()


def test_when_they_joined_is_drawn_and_told(ada, desk):
    permit(member("ben"), *BOTH)
    drain()
    text = desk.get(reverse("crm:people")).content.decode()
    assert text.count('class="spark"') == 1 and text.count('<th scope="row">') == 13
    alone = desk.get(reverse("crm:people"), {"q": "interest:roof-rack"}).content.decode()
    assert "spark" not in alone  # a line of one person says nothing


def test_a_persons_page_tells_car_clubs_and_weights_as_the_mirror_does(ada, desk):
    set_garage(member=ada, cars=[CarEntry("Norling", "4 Touring", 2023)], now=now())
    club = ensure_club(slug="touring-club", kind="circle", title_en="Touring club", title_zh="旅行会", now=now())
    join_club(member=ada, club=club, now=now())
    drain()
    text = desk.get(reverse("crm:person", args=[ada.public_id])).content.decode()
    assert "4 Touring" in text and "Touring club" in text
    weight = next(one for one in interests_of(profile_of(ada.pk)) if one.code == "roof-rack").weight
    assert f"<b>{weight:.1f}</b>" in text


def test_the_list_says_one_decimal(ada, desk):
    text = desk.get(reverse("crm:people"), {"q": "interest:roof-rack"}).content.decode()
    (weight,) = re.findall(r"<b>roof rack</b>\s+([\d.]+)", text)
    assert len(weight.partition(".")[2]) == 1


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("intrest:power", "Did you mean: <code>interest</code></span>"),
        ("colour:red", "“colour” is not something to ask for. There are: <code>interest</code>, <code>permit</code>"),
        ("stage:happy", "There are: <code>consideration</code>, <code>growth</code>, <code>stable</code>"),
    ],
)
def test_a_mistake_names_what_is_near_or_all_there_is(ada, desk, typed, said):
    page = desk.get(reverse("crm:people"), {"q": typed}).content.decode()
    assert said in re.sub(r"\s+</span>", "</span>", re.sub(r'<span\s+class="given">(.*?)</span>', r"\1", page))


def test_a_mistake_is_marked_where_it_stands(ada, desk):
    text = desk.get(reverse("crm:people"), {"q": "ada stage：happy 行李架"}).content.decode()
    assert re.search(r'<code>ada <mark\s+class="wrong">stage：happy</mark> 行李架</code>', text)
    assert 'value="ada stage：happy 行李架"' in text


def test_the_overview_tells_what_is_due_and_who_looked(ada, desk):
    open_contest(
        actor=staff(Role.BRAND_MANAGER, "nora"),
        slug="better-boot",
        title_en="A better boot",
        title_zh="更好的后备厢",
        phases=[("submission", now() - timedelta(days=9)), ("voting", now() + timedelta(days=2))],
        now=now() - timedelta(days=10),
    )
    open_contest(
        actor=Member.objects.get(username="nora"),
        slug="secret",
        title_en="A secret contest",
        title_zh="秘密",
        phases=[("submission", now() + timedelta(days=3)), ("voting", now() + timedelta(days=20))],
        now=now() - timedelta(days=10),
    )
    record_sightings(Sighting("dachzelt", who, "search", now()) for who in (1, 2, 3))
    desk.get(reverse("crm:people"), {"q": "interest:roof-rack"})
    desk.get(reverse("crm:people"), {"q": "interest:roof-rack"})
    desk.get(reverse("crm:person", args=[ada.public_id]))
    text = desk.get(reverse("crm:workbench")).content.decode()
    assert text.index("A better boot") < text.index("Vote begins") < text.index("1 word waits for a decision")
    assert "A secret contest" not in text
    assert "Marketer opened the page of 1 person" in text
    assert text.count("Marketer listed 1 person") == 1 and "<i>cares about</i>roof rack" in text
    manager = signed_in(Member.objects.get(username="nora")).get(reverse("crm:workbench")).content.decode()
    assert manager.index("A better boot") < manager.index("A secret contest")
    assert reverse("ideas:desk_contest", args=["secret"]) in manager
    agent = signed_in(staff(Role.SERVICE_AGENT)).get(reverse("crm:workbench")).content.decode()
    assert "A better boot" in agent
    assert "dachzelt" not in agent and "waits for a decision" not in agent and "Newest looks" not in agent


def test_who_has_nothing_to_do_is_told_so_without_the_work_of_others():
    agent = signed_in(staff(Role.SERVICE_AGENT))
    before = agent.get(reverse("crm:workbench")).content.decode()
    topic(title="Where is the jack?")
    after = agent.get(reverse("crm:workbench")).content.decode()
    assert ["Nothing waits for you now." in text for text in (before, after)] == [True, False]
    assert ["words to decide" in text for text in (before, after)] == [False, False]
    assert "Where is the jack?" in after


def test_what_is_cut_off_by_reading_is_told_as_more(ada, marketer, monkeypatch):
    monkeypatch.setattr("crm_bridge.console.access.READ", 3)
    record([1, 2, 3, 4], actor=marketer, kind="listed", permit=("offers", "email"), now=now())
    assert [look.said for look in recent_accesses(5)] == ["Marketer listed 3+ people"]


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("count", [1, 3])
def test_the_overview_asks_a_literal_number_of_queries(ada, desk, marketer, count, django_assert_num_queries):
    for number in range(count):
        line = f"interest:roof-rack active<{number + 5}d"
        desk.post(reverse("crm:save_segment"), {"q": line, "name": f"S{number}"})
        record([ada.pk], actor=marketer, kind="listed", permit=("offers", "email"), why=line, now=now())
    desk.get(reverse("crm:workbench"))
    with django_assert_num_queries(17):
        desk.get(reverse("crm:workbench"))


@pytest.fixture
def questions(ada):
    """Questions of all kinds, each with names of its own, and some that name what is gone."""
    cars = [CarEntry("Norling", f"{number}T", 2024) for number in range(4)]
    set_garage(member=ada, cars=cars, now=now())
    for number in range(4):
        texts = {"title_en": f"Club {number}", "title_zh": f"俱乐部{number}", "about_en": "", "about_zh": ""}
        join_club(member=ada, club=ensure_club(slug=f"club{number}", models=[], now=now(), **texts), now=now())
    made = []
    for number in range(4):
        made += [f"club:club{number} interest:roof-rack", f'owns:"norling {number}t"', f"owns:{number}t,norling"]
        made += [f"interest:gone{number}", f'owns:"gone {number}"', f"club:gone{number}"]
    return made


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("rounds", [1, 4])
def test_the_segments_ask_a_literal_number_of_queries(ada, desk, questions, rounds, django_assert_num_queries):
    for number, line in enumerate(questions[: 6 * rounds]):
        Segment.objects.create(
            name=f"S{number:02}", line=line, purpose="product_news", channel="email", created_at=now()
        )
    drain()
    desk.get(reverse("crm:segments"))
    with django_assert_num_queries(19):
        answer = desk.get(reverse("crm:segments"))
    rows = answer.context["rows"]
    assert (len(rows), [row.size for row in rows[:6]]) == (6 * rounds, [1, 1, 1, None, None, None])


def test_a_segment_whose_keyword_is_gone_says_so(ada, desk):
    Segment.objects.create(name="Old", line="interest:gone", purpose="offers", channel="email", created_at=now())
    assert "The vocabulary does not know “gone”." in desk.get(reverse("crm:segments")).content.decode()


def test_while_search_is_away_the_page_says_so(ada, desk, monkeypatch):
    def away(question):
        raise SearchDown("away")

    monkeypatch.setattr(engine_of("audience"), "search", away)
    answer = desk.get(reverse("crm:people"), {"q": "interest:power"})
    assert answer.status_code == 503
    assert "Search is away for a moment" in answer.content.decode()
    assert "interest:power" in answer.content.decode()
    assert desk.get(reverse("crm:segments")).status_code == 200


def test_the_workbench_speaks_chinese(ada, desk):
    desk.cookies["django_language"] = "zh-hans"
    answer = desk.get(reverse("crm:people"), {"q": "interest:roof-rack"}, headers={"accept-language": "zh-hans"})
    assert answer.status_code == 200
    assert "行李架" in answer.content.decode()


def test_who_is_too_fast_with_segments_finds_what_they_wrote_in_the_form(ada, desk, monkeypatch):
    desk.post(reverse("crm:save_segment"), {"q": "interest:行李架", "name": "Racks"})
    kept = Segment.objects.get()
    monkeypatch.setitem(LIMITS, "desk", (0, 60))
    saved = desk.post(reverse("crm:save_segment"), {"q": "stage:fading", "name": "Far away"})
    address = reverse("crm:change_segment", args=[kept.pk])
    renamed = desk.post(address, {"name": "Roof things", "do": "rename"})
    deleted = desk.post(address, {"do": "delete"})
    for answer, values in (
        (saved, ['value="Far away"', 'name="q" value="stage:fading"']),
        (renamed, ['value="Roof things"']),
        (deleted, ['value="Racks"']),
    ):
        text = answer.content.decode()
        assert (answer.status_code, [value for value in values if value not in text]) == (429, [])
        assert "what you wrote is still in the form" in text
    assert Segment.objects.values_list("name", "line").get() == ("Racks", "interest:roof-rack")


@pytest.mark.parametrize("name", ["", " ", "\u200b", "\u3164\u2060", "\u200b\n\ufe0f"])
def test_a_segment_has_a_name_that_is_seen(ada, desk, name):
    kept = save_segment(actor=staff(Role.BRAND_MANAGER), name="Racks", line="", now=now())
    saved = desk.post(reverse("crm:save_segment"), {"q": "", "name": name})
    renamed = desk.post(reverse("crm:change_segment", args=[kept.pk]), {"name": name, "do": "rename"})
    for answer in (saved, renamed):
        assert (answer.status_code, "Give the segment a name." in answer.content.decode()) == (422, True)
    assert Segment.objects.get().name == "Racks"
