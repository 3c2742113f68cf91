"""A segment that is opened in the audience: its name, its question when that is changed, its file."""

import re
from html import unescape
from urllib.parse import quote, unquote

import pytest
from django.urls import reverse

from community.kernel.api import Gone, NotAllowed, Outdated, now
from community.kernel.limits import LIMITS
from community.members.api import Role
from crm_bridge.console import views
from crm_bridge.console.asking import opened as opened_from
from crm_bridge.models import AccessEntry, AudienceQuestion, Segment
from crm_bridge.segments.services import delete_segment, rename_segment, save_segment, update_segment
from tests.people import member, permit, staff
from tests.relay import drain
from tests.vocabulary import load_words

pytestmark = [pytest.mark.django_db, pytest.mark.serverless]
LINE = "language:en active<30d"
PEOPLE = "/workbench/people/"


@pytest.fixture
def marketer():
    load_words()
    return staff(Role.MARKETER, "viktor")


@pytest.fixture
def desk(client, marketer):
    client.force_login(marketer)
    permit(member("ada"), "product_news:email", "profiling:onsite")
    drain()
    return client


@pytest.fixture
def segment(marketer):
    return save_segment(actor=marketer, name="Racks & more", line="language:en", now=now())


def page(answer):
    return unescape(answer.content.decode())


def opened(desk, segment, line="language:en", **more):
    return desk.get(PEOPLE, {"q": line, "segment": segment.pk} | more)


def test_an_opened_segment_is_called_by_its_name_and_not_offered_to_be_saved_again(desk, segment):
    for name in ("crm:segments", "crm:workbench"):
        link = re.escape(f'href="{PEOPLE}?q=language%3Aen&segment={segment.pk}">')
        assert re.search(rf"{link}\s*Racks & more\s*</a>", page(desk.get(reverse(name))))
    text = page(opened(desk, segment))
    assert "<h1>Racks & more</h1>" in text and "<title>Racks & more" in text
    assert '<a href="/workbench/segments/">All segments</a>' in text
    assert [said in text for said in ("Update this segment", "Save as", "Who do you want")] == [False] * 3


def test_the_segment_stays_open_while_its_question_is_changed(desk, segment):
    text = page(opened(desk, segment, rows="compact"))
    links = re.findall(rf'href="{re.escape(PEOPLE)}(\?[^"]+)"', text)
    assert links and all(f"segment={segment.pk}" in link for link in links)
    forms = re.findall(rf'<form[^>]+action="{PEOPLE}(?:export/)?".+?</form>', text, re.DOTALL)
    assert len(forms) == 3 and all(f'name="segment" value="{segment.pk}"' in form for form in forms)
    answer = opened(desk, segment, add="active<30d")
    assert answer["Location"] == f"{PEOPLE}?q=language%3Aen+active%3C30d&segment={segment.pk}"
    wrong = page(opened(desk, segment, "intrest:power"))
    assert "<h1>Racks & more</h1>" in wrong and f'name="segment" value="{segment.pk}"' in wrong


@pytest.mark.parametrize("line", [LINE, "language:en permit:offers:email"])
def test_a_changed_question_takes_the_place_of_the_one_before(desk, segment, line):
    text = page(opened(desk, segment, line))
    assert ("Update this segment" in text, "Save as a new segment" in text) == (True, True)
    answer = desk.post(f"{PEOPLE}update/", {"q": line, "was": "language:en", "segment": segment.pk}, follow=True)
    assert "Saved: “Racks & more”." in page(answer)
    purpose = "offers" if "offers" in line else "product_news"
    assert Segment.objects.values_list("name", "line", "purpose").get() == ("Racks & more", line, purpose)


def test_a_question_somebody_else_changed_is_not_overwritten_unseen(desk, segment, marketer):
    update_segment(actor=marketer, segment=segment, line="stage:fading", based_on="language:en")
    answer = desk.post(f"{PEOPLE}update/", {"q": LINE, "was": "language:en", "segment": segment.pk})
    text = page(answer)
    assert answer.status_code == 409 and "was changed after you opened it" in text and f'value="{LINE}"' in text
    assert Segment.objects.get().line == "stage:fading"
    sent = {name: re.search(rf'name="{name}" value="([^"]*)"', text)[1] for name in ("was", "segment")}
    assert desk.post(f"{PEOPLE}update/", {"q": LINE} | sent).status_code == 302
    assert Segment.objects.get().line == LINE


def test_a_question_is_changed_by_the_role_within_the_limit_and_where_it_can_be_read(desk, segment, monkeypatch):
    with pytest.raises(NotAllowed):
        update_segment(actor=staff(Role.SERVICE_AGENT), segment=segment, line=LINE, based_on="language:en")
    sent = {"was": "language:en", "segment": segment.pk}
    assert desk.post(f"{PEOPLE}update/", {"q": "intrest:x"} | sent).status_code == 422
    monkeypatch.setitem(LIMITS, "desk", (0, 60))
    answer = desk.post(f"{PEOPLE}update/", {"q": LINE} | sent)
    assert (answer.status_code, f'value="{LINE}"' in page(answer)) == (429, True)
    assert Segment.objects.get().line == "language:en"


def test_neither_the_name_nor_the_question_comes_back_with_the_other(segment, marketer):
    """Two people change one segment, each having read it before the other did."""
    mine, theirs = (Segment.objects.get() for _reader in range(2))
    rename_segment(actor=marketer, segment=mine, name="Roof racks")
    update_segment(actor=marketer, segment=theirs, line=LINE, based_on="language:en")
    rename_segment(actor=marketer, segment=mine, name="Racks")
    assert Segment.objects.values_list("name", "line").get() == ("Racks", LINE)
    with pytest.raises(Outdated):
        update_segment(actor=marketer, segment=mine, line="stage:fading", based_on="language:en")


def test_a_deleted_segment_leaves_its_question(desk, segment, marketer):
    address = {"q": LINE, "segment": segment.pk}
    delete_segment(actor=marketer, segment=Segment.objects.get())
    text = page(desk.get(PEOPLE, address))
    assert "<h1>Who do you want to reach?</h1>" in text and f'value="{LINE}"' in text and "Save as segment" in text
    answer = desk.post(f"{PEOPLE}update/", address | {"was": "language:en"})
    assert (answer.status_code, "This segment was deleted." in page(answer), f'value="{LINE}"' in page(answer)) == (
        410,
        True,
        True,
    )
    with pytest.raises(Gone):
        update_segment(actor=marketer, segment=segment, line=LINE, based_on="language:en")


def test_a_segment_deleted_while_it_is_updated_leaves_its_question_to_be_saved_anew(desk, segment, monkeypatch):
    def deleted_after_the_look(request):
        found = opened_from(request)
        Segment.objects.all().delete()
        return found

    monkeypatch.setattr(views, "opened", deleted_after_the_look)
    sent = {"q": LINE, "was": "language:en", "segment": segment.pk, "rows": "compact"}
    answer = desk.post(f"{PEOPLE}update/", sent)
    text = page(answer)
    assert (answer.status_code, "This segment was deleted." in text, Segment.objects.count()) == (410, True, 0)
    assert ("<h1>Who do you want to reach?</h1>" in text, "Update this segment" in text) == (True, False)
    form = re.search(rf'<form[^>]+action="{PEOPLE}save/#save".+?</form>', text, re.DOTALL)[0]
    kept = re.search(r'name="q" value="([^"]*)"', form)[1]
    assert desk.post(f"{PEOPLE}save/", {"q": kept, "name": segment.name}).status_code == 302
    assert Segment.objects.values_list("name", "line").get() == (segment.name, LINE)


@pytest.mark.parametrize("segment", ["", "x", "-1", "9" * 19, "9" * 18, "1\0"])
def test_an_address_without_a_segment_is_the_plain_audience(desk, segment):
    assert "Who do you want to reach?" in page(desk.get(PEOPLE, {"q": LINE, "segment": segment}))


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("Racks & more", "racks-more"),
        ("周末 露营者", "周末-露营者"),
        ('../../etc/passwd"; x=', "etcpasswd-x"),
        ("…", "audience"),
        ("车" * 80, "车" * 50),
    ],
)
def test_the_file_is_called_as_the_segment_is(desk, segment, marketer, name, called):
    rename_segment(actor=marketer, segment=segment, name=name)
    answer = desk.post(f"{PEOPLE}export/", {"q": "language:en", "segment": segment.pk})
    whole = f"{called}-{now().date().isoformat()}.csv"
    said = f'filename="{whole}"' if whole.isascii() else f"filename*=utf-8''{quote(whole)}"
    assert answer["Content-Disposition"] == f"attachment; {said}"
    changed = desk.post(f"{PEOPLE}export/", {"q": LINE, "segment": segment.pk})
    assert 'filename="audience-' in changed["Content-Disposition"]


# Signs that turn the order of what is read or are not seen, that part a line, a path or a header, that a shell knows.
UNFIT = re.compile(r"""[\x00-\x1f\x7f-\x9f\xad\u061c\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff/\\"';:*?<>|%]""")
DISPOSITION = re.compile(r"attachment; filename(?:=\"([\w.-]+)\"|\*=utf-8''((?:[\w.-]|%[0-9A-F]{2})+))", re.ASCII)


@pytest.mark.parametrize(
    ("name", "called"),
    [
        ("racks\u202evsc.exe", "racksvscexe"),
        ("\u2066a\u2069\u200f\u061cb\u200b", "ab"),
        ("\u202e\u202d", "audience"),
        ("a\r\nSet-Cookie: a=b\r\n\r\n<html>", "a-set-cookie-ab-html"),
        ("a\u2028b\u2029c\x85d", "a-b-c-d"),
        ("a\0b\x1b[2J\x7f", "ab2j"),
        ("/etc/../passwd\\share", "etcpasswdshare"),
        ('a"; filename="b.exe"; x=\'', "a-filenamebexe-x"),
        ("utf-8''%0d%0a%2e%2e%2f", "utf-80d0a2e2e2f"),
        (". . .", "audience"),
        ("\U00020000" * 200, "\U00020000" * 50),
        ("\U0001f600" * 200, "audience"),
        ("㌖" * 80, "キロメートル" * 8 + "キロ"),  # one sign of six letters
    ],
)
def test_no_name_breaks_the_header_or_the_file(desk, segment, name, called):
    Segment.objects.update(name=name)  # as no service stores it
    said = desk.post(f"{PEOPLE}export/", {"q": "language:en", "segment": segment.pk})["Content-Disposition"]
    plain, coded = DISPOSITION.fullmatch(said).groups()
    whole = plain or unquote(coded, errors="strict")
    assert whole == f"{called}-{now().date().isoformat()}.csv"
    assert (UNFIT.search(whole), len(whole.encode()) <= 255) == (None, True)


def test_what_is_written_down_of_a_look_is_the_question_as_ever(desk, segment):
    opened(desk, segment)
    desk.post(f"{PEOPLE}export/", {"q": "language:en", "segment": segment.pk})
    assert set(AccessEntry.objects.values_list("kind", "why")) == {
        ("listed", "language:en"),
        ("exported", "language:en"),
    }
    assert set(AudienceQuestion.objects.values_list("kind", "line")) == {
        ("list", "language:en"),
        ("export", "language:en"),
    }


def test_who_names_a_segment_is_told_who_reads_the_name(desk, segment):
    said = "Members who are in it read this name."
    for address, field in ((PEOPLE, "segment-name"), ("/workbench/segments/", f"name-{segment.pk}")):
        text = page(desk.get(address))
        assert re.search(rf'id="{field}" [^>]*aria-describedby="{field}_helptext"', text)
        assert f'id="{field}_helptext">{said}</p>' in text
    taken = page(desk.post(f"{PEOPLE}save/", {"q": LINE, "name": segment.name}))
    assert 'aria-describedby="segment-name_helptext segment-name_error"' in taken
