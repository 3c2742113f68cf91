"""Whatever people write or upload: no failure, no script, the strings stay what they were."""

from __future__ import annotations

import csv
import io
import json
from html import escape

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from PIL import Image

from community.kernel.markup import render
from community.members.api import Member, Role
from ideas.models import Idea
from ideas.services import MAX_TITLE
from tests.contests import begin, contest, idea
from tests.harmless import assert_harmless
from tests.people import member, staff
from tests.real_data import HOSTILE, QUARTERS

pytestmark = [
    pytest.mark.django_db,
    pytest.mark.serverless,
    pytest.mark.data,
]


def scripts() -> list[str]:
    return (HOSTILE / "xss-payloads.txt").read_text(encoding="utf-8", errors="replace").splitlines()


def some() -> list[str]:
    """Every second naughty string, every hundredth script and some SQL: what goes through a whole form."""
    naughty = json.loads((HOSTILE / "naughty-strings.json").read_text(encoding="utf-8"))
    sql = [
        line
        for path in sorted((HOSTILE / "sql-injection").iterdir())
        for line in path.read_text(encoding="utf-8", errors="replace").splitlines()[:3]
    ]
    return [*naughty[::2], *scripts()[::100], *sql]


def signed_in(person: Member) -> Client:
    client = Client()
    client.force_login(person)
    return client


@QUARTERS
def test_every_string_handed_in_is_refused_or_shown_as_it_was_written(part):
    found, client = begin(contest(), "submission"), signed_in(member())
    accepted = 0
    for text in some()[part::4]:
        cache.clear()  # the limit of ideas a minute
        answer = client.post(f"/contests/{found.slug}/new/", {"title": text[:MAX_TITLE], "source": text})
        assert answer.status_code in {302, 422}, text
        if answer.status_code == 422:
            continue
        accepted += 1
        page = client.get(answer["Location"])
        made = page.context["idea"]
        assert (page.status_code, made.title) == (200, " ".join(text[:MAX_TITLE].split())), text
        html = page.content.decode()
        assert escape(made.title) in html, text
        assert_harmless(html)
    assert accepted > 60
    page = client.get(found.get_absolute_url())
    assert page.status_code == 200
    assert_harmless(page.content.decode())


def test_no_script_of_the_whole_list_survives_rendering():
    found = scripts()
    assert len(found) > 6_000
    for text in found:
        assert_harmless(render(text, mentions={}))


@QUARTERS
def test_every_string_as_a_reason_and_in_the_export(part):
    boss, found = staff(Role.BRAND_MANAGER, "boss"), contest()
    made, other = idea(found), signed_in(boss)
    found = begin(found, "results")
    for text in some()[::8][part::4]:
        version = Idea.objects.get(pk=made.pk).decision_version
        data = {"idea": made.pk, "decision": "adopted", "reason_en": text, "reason_zh": text, "version": version}
        assert other.post(f"/workbench/contests/{found.slug}/", data).status_code in {302, 422}, text
        assert_harmless(other.get(f"/contests/{found.slug}/results/").content.decode())
        cache.clear()
        export = other.get(f"/workbench/contests/{found.slug}/export/").content.decode("utf-8-sig")
        (row,) = csv.DictReader(io.StringIO(export, newline=""))
        assert not row["reason_en"].startswith(("=", "+", "-", "@")), text


def test_every_string_in_every_other_place_a_request_has():
    found, client = begin(contest(), "voting"), Client()
    for text in some()[::8]:
        cache.clear()
        for answer in (
            client.get("/clubs/", {"q": text, "page": text}),
            client.get(f"/contests/{found.slug}/since/", {"after": text}),
            client.get(found.get_absolute_url(), headers={"Cookie": "ideas_order=x"}, query_params={"a": text}),
        ):
            assert answer.status_code == 200, text
            assert_harmless(answer.content.decode())


def test_only_whole_pictures_are_taken_and_nothing_hidden_in_them_is_kept():
    found, client = begin(contest(), "submission"), signed_in(member())
    kept = 0
    for path in sorted((HOSTILE / "images").iterdir()):
        cache.clear()
        upload = SimpleUploadedFile(path.name, path.read_bytes(), "image/png")
        answer = client.post(f"/contests/{found.slug}/new/", {"title": path.name, "source": "x", "picture": upload})
        assert answer.status_code in {302, 422}, path.name
        if answer.status_code == 302:
            kept += 1
            with Idea.objects.latest("pk").picture.open() as file, Image.open(file) as picture:
                assert (picture.format, dict(picture.getexif())) == ("WEBP", {}), path.name
                assert not {"exif", "xmp", "icc_profile", "comment"} & picture.info.keys(), path.name
    assert kept > 10
