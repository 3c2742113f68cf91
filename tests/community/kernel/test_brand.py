"""The brand's own files: used where they are whole, told where they are not, served as every static file is."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
from django.conf import settings as ours
from django.core.checks import run_checks
from django.template import Context, Template
from PIL import Image

from community.kernel import brand
from community.settings import env

MARK = '<svg xmlns="http://www.w3.org/2000/svg" id="mark" viewBox="0 0 24 24"><path d="M2 2h20v20"/></svg>'
STYLE = '@layer tokens { :root { --signal: #0a5; } @font-face { src: url("own face.woff2") } a { b: url(data:x) } }'


@pytest.fixture
def folder(settings, tmp_path):
    settings.HOME = tmp_path
    place = tmp_path / "brand"
    place.mkdir()
    return place


def fill(folder):
    (folder / "own face.woff2").write_bytes(b"x")
    (folder / "tokens.css").write_text(STYLE)
    (folder / "mark.svg").write_text(MARK)
    Image.new("RGB", (512, 512)).save(folder / "icon.png")


def shown(tag):
    return Template(f"{{% load ui %}}{{% {tag} %}}").render(Context())


def told():
    return [one.msg for one in run_checks() if one.id == "paddock.W007"]


def test_the_brands_files_are_used_and_its_style_comes_last(folder):
    fill(folder)
    styles = shown("styles")
    assert styles.rstrip().endswith('<link rel="stylesheet" href="/static/brand/tokens.css">')
    assert styles.count("tokens.css") == 2
    assert '<use href="/static/brand/mark.svg#mark"/>' in shown("brand_mark")
    assert shown("brand_icon") == '<link rel="icon" href="/static/brand/icon.png" type="image/png">'
    (folder / "icon.svg").write_text(MARK)
    brand._address.cache_clear()
    assert shown("brand_icon") == '<link rel="icon" href="/static/brand/icon.svg" type="image/svg+xml">'
    assert told() == []


@pytest.mark.django_db
def test_a_page_and_the_manifest_have_them_under_the_strict_policy(folder, client):
    fill(folder)
    answer = client.get("/boards/")
    html = answer.content.decode()
    assert html.index("/static/brand/tokens.css") > html.index("/static/css/utilities.css")
    assert "/static/brand/icon.png" in html
    assert "unsafe" not in answer["Content-Security-Policy"]
    [icon] = json.loads(client.get("/manifest.webmanifest").content)["icons"]
    assert icon == {"src": "/static/brand/icon.png", "sizes": "512x512", "type": "image/png", "purpose": "any"}


def test_without_a_folder_everything_is_ours(settings, tmp_path):
    settings.HOME = tmp_path
    assert "brand/" not in shown("styles") + shown("brand_mark") + shown("brand_icon")
    assert "/static/img/icons.svg#i-mark" in shown("brand_mark")
    assert shown("brand_icon") == '<link rel="icon" href="/static/img/mark.svg" type="image/svg+xml">'
    assert told() == []


@pytest.mark.parametrize(
    ("name", "content", "fault"),
    [
        ("tokens.css", b"\xff\xfe", "is not UTF-8"),
        ("tokens.css", b"a { b: url(https://e.example/x.woff2) }", "names https://e.example/x.woff2: browsers load"),
        ("tokens.css", b"@import '//e.example/x.css';", "names //e.example/x.css: browsers load"),
        ("tokens.css", b"a { b: url( 'face.woff2' ) }", "names face.woff2, which is not there"),
        ("mark.svg", b"<svg", "is no SVG that can be read"),
        ("mark.svg", b"<html/>", "is no SVG that can be read"),
        ("mark.svg", b'<!DOCTYPE x [<!ENTITY e "x">]><svg>&e;</svg>', "is no SVG that can be read"),
        ("mark.svg", MARK.replace(' id="mark"', "").encode(), 'needs id="mark" and a viewBox'),
        ("mark.svg", MARK.replace(' viewBox="0 0 24 24"', "").encode(), 'needs id="mark" and a viewBox'),
        ("icon.svg", b"", "is no SVG that can be read"),
        ("icon.png", b"\x89PNG", "is no PNG that can be read"),
    ],
)
def test_what_cannot_be_used_is_told_and_ours_is_shown(folder, name, content, fault):
    (folder / name).write_bytes(content)
    [line] = told()
    assert line.startswith(f"{folder / name} {fault}")
    assert line.endswith(". It is left out.")
    assert "/static/brand/" not in shown("styles") + shown("brand_mark") + shown("brand_icon")


def test_a_small_icon_and_a_folder_in_its_place_are_told(folder):
    Image.new("RGB", (64, 64)).save(folder / "icon.png")
    (folder / "tokens.css").mkdir()
    assert [line.split(" ", 1)[1] for line in told()] == [
        "Is a directory. It is left out.",
        "is not 512 by 512 pixels. It is left out.",
    ]


def test_a_file_that_is_not_collected_yet_breaks_no_page(folder, settings, tmp_path, caplog):
    fill(folder)
    settings.STATIC_ROOT = str(tmp_path / "static")
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.ManifestStaticFilesStorage"},
    }
    assert brand.brand_file("mark.svg") == ""
    assert "not collected yet: manage.py collectstatic" in caplog.text


def test_the_folder_is_one_of_static_files_with_versioned_names(tmp_path):
    """The production way, in a process of its own: collected under names that change with what is in them."""
    fill_in = tmp_path / "home" / "brand"
    fill_in.mkdir(parents=True)
    fill(fill_in)
    environment = {
        **{name: value for name, value in os.environ.items() if not name.endswith("_URL")},
        "DJANGO_SETTINGS_MODULE": "community.settings.prod",
        "PADDOCK_HOME": str(tmp_path / "home"),
        "PADDOCK_SECRET_KEY": "s" * 50,
        "PADDOCK_HOSTS": "paddock.example",
        "PADDOCK_URL": "https://paddock.example",
    }
    command = [sys.executable, "manage.py", "collectstatic", "--noinput", "-v", "0"]
    done = subprocess.run(command, cwd=ours.BASE_DIR, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    names = json.loads((tmp_path / "home/static/staticfiles.json").read_text())["paths"]
    assert {name: names[name] != name for name in names if name.startswith("brand/")} == {
        "brand/own face.woff2": True,
        "brand/tokens.css": True,
        "brand/mark.svg": True,
        "brand/icon.png": True,
    }


def test_there_is_such_a_folder_only_where_somebody_made_it(monkeypatch, tmp_path):
    monkeypatch.setenv("PADDOCK_HOME", str(tmp_path))
    assert env.brand_folder() == []
    (tmp_path / "brand").mkdir()
    assert env.brand_folder() == [("brand", tmp_path / "brand")]
