"""Small words and drawings of templates."""

import re
from datetime import UTC, datetime, timedelta
from html.parser import HTMLParser
from urllib.parse import parse_qsl

import pytest
from django import forms
from django.core.exceptions import ValidationError
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import timezone, translation

from community.kernel.templatetags.scales import vruler
from community.kernel.templatetags.ui import ago, clock, day

NOW = datetime(2026, 11, 25, 12, 0, tzinfo=UTC)


@pytest.fixture(autouse=True)
def noon(monkeypatch):
    monkeypatch.setattr(timezone, "now", lambda: NOW)
    with timezone.override("UTC"):
        yield


def before(**span):
    return NOW - timedelta(**span)


@pytest.mark.parametrize(
    ("at", "english", "chinese"),
    [
        (before(seconds=20), "just~now", "刚刚"),
        (before(minutes=51), "51~min~ago", "51分钟前"),
        (before(hours=8), "8~h~ago", "8小时前"),
        (before(days=1), "Yesterday", "昨天"),
        (before(days=12), "13~Nov", "11月13日"),
    ],
)
def test_how_long_ago_stands_on_one_line(at, english, chinese):
    for language, shown in (("en", english), ("zh-hans", chinese)):
        with translation.override(language):
            assert ago(at) == shown.replace("~", "\u00a0")


@pytest.mark.parametrize(
    ("at", "english"),
    [
        (before(minutes=12), "12~min~ago"),
        (before(hours=2, minutes=5), "Today,~09:55"),
        (before(days=1), "Yesterday,~12:00"),
        (before(days=47), "9~Oct,~12:00"),
        (before(days=400), "21~Oct~2025,~12:00"),
    ],
)
def test_a_post_says_day_and_time(at, english):
    assert clock(at) == english.replace("~", "\u00a0")


def test_nothing_has_no_time():
    assert (ago(None), day(None), clock(None)) == ("", "", "")


@pytest.mark.parametrize(("posts", "ticks"), [(1, 2), (7, 7), (40, 40), (5000, 40)])
def test_a_ruler_has_a_tick_for_each_post(posts, ticks):
    drawn = vruler(posts, posts, posts)
    assert len(re.findall(r"M0 ", drawn)) == ticks
    height = int(re.search(r'height="(\d+)"', drawn)[1])
    assert f'class="now" d="M-4 {height if posts > 1 else 0:.1f}h24"' in drawn


def test_what_is_read_is_drawn_in_ink():
    drawn = vruler(7, 3, 3)
    read, rest = re.findall(r'd="((?:M0[^"]*)?)"', drawn)[:2]
    assert (read.count("M0"), rest.count("M0")) == (3, 4)
    assert vruler(7, 0, 7).count('class="on" d=""') == 1


@pytest.mark.parametrize(("posts", "read", "at"), [(7, 1, 0), (7, 4, 10), (61, 31, 10), (5000, 5000, 20)])
def test_a_ruler_says_where_the_label_of_what_is_read_stands(posts, read, at):
    assert f'data-at="{at}"' in vruler(posts, read, posts)


def pages(page, number, address="/boards/racks/?show=unread&page=9"):
    context = Context({"request": RequestFactory().get(address)})
    return Template(f"{{% load ui %}}{{% pager {page} {number} %}}").render(context)


@pytest.mark.parametrize(
    ("page", "number", "shown"),
    [
        (1, 3, "1 2 3"),
        (1, 9, "1 2 3 … 9"),
        (5, 9, "1 2 3 4 5 6 7 8 9"),
        (60, 1250, "1 … 58 59 60 61 62 … 1\u202f250"),
    ],
)
def test_pages_left_out_are_dots(page, number, shown):
    middle = re.search(r'<span class="pages">(.*?)<span class="pages-at">', pages(page, number), re.DOTALL)[1]
    assert [one for one in re.split(r"[ \n]+|<[^>]*>", middle) if one] == shown.split(" ")


def test_the_pager_keeps_the_rest_of_the_address_and_says_where_one_is():
    html = pages(2, 3)
    assert 'href="?show=unread&amp;page=1"' in html
    assert "2 of 3" in html
    assert "<nav" not in pages(1, 1)


LONG = "x" * 5000
HOSTILE = [
    "to=//evil.example/&to=javascript:alert(1)&page=7",
    "javascript:alert(1)",
    "rest=javascript%3Aalert(1)&key=page&anchor=%23x",
    """q="><script>alert(1)</script>&'onmouseover='alert(1)'=x""",
    "q=%22%20autofocus%20onfocus%3Dalert(1)%20x%3D%22&%22%3E%3Cb%3E=1",
    "q=a%0D%0ASet-Cookie:%20a=b%0A%09&a%0Ab=%00",
    "q=1&page=2&q=2&page=3&q=1",
    "q=&&=&==&;q=%26page%3D9%23x&amp;page=4",
    "q=%E2%80%AE%FF%C3%28&q=車&车=+",
    f"q={LONG}&{LONG}=1",
]


def linked(html):
    """Where the links of a text lead. There is nothing in it but our own elements, with attributes of ours."""
    found = []

    class Reader(HTMLParser):
        def handle_starttag(self, tag, attributes):
            assert tag in {"nav", "a", "svg", "use", "span", "b"}
            names = {name for name, _value in attributes}
            assert names <= {"class", "aria-label", "rel", "href", "aria-hidden", "aria-current", "width", "height"}
            found.extend(value for name, value in attributes if (tag, name) == ("a", "href"))

    Reader().feed(html)
    return found


@pytest.mark.parametrize("query", HOSTILE)
@pytest.mark.parametrize("answered", [False, True])
def test_the_pager_stays_on_its_page_and_keeps_every_other_parameter(query, answered):
    """``answered``: a form's answer, whose pages are at another address with that query."""
    request = RequestFactory().get(
        "/boards/racks/", QUERY_STRING="to=/x/" if answered else query.encode().decode("latin-1")
    )
    context = Context({"request": request, "asked_at": f"/workbench/people/?{query}"})
    to = "to=asked_at" if answered else ""
    html = Template(f"{{% load ui %}}{{% pager 2 3 {to} anchor='list' %}}").render(context)
    links, kept = linked(html), [pair for pair in parse_qsl(query, keep_blank_values=True) if pair[0] != "page"]
    assert len(links) == 4
    for link, page in zip(links, ("1", "1", "3", "3"), strict=True):
        path, _sign, rest = link.partition("?")
        rest, _sign, anchor = rest.partition("#")
        assert (path, anchor) == ("/workbench/people/" if answered else "", "list")
        assert sorted(parse_qsl(rest, keep_blank_values=True)) == sorted([*kept, ("page", page)])


@pytest.mark.parametrize(
    ("value", "described", "shown"),
    [
        (None, ["id_word_helptext"], ["One word."]),
        ("twowords", ["id_word_error"], ["Too long.", "Not this one."]),
    ],
)
def test_a_field_is_described_by_what_stands_below_it(value, described, shown):
    def refuse(_value):
        raise ValidationError(["Too long.", "Not this one."])

    class Word(forms.Form):
        word = forms.CharField(help_text="Not shown, as the page says more.", validators=[refuse])

    form = Word({"word": value} if value else None)
    html = Template("{% load ui %}{% field form.word 'One word.' %}").render(Context({"form": form}))
    assert re.search(r'aria-describedby="([^"]*)"', html)[1].split() == described
    assert re.findall(r'id="(id_word_[^"]*)"', html) == described
    assert [text for text in ("One word.", "Too long.", "Not this one.", "Not shown") if text in html] == shown


@pytest.mark.parametrize("given", ["'One word.' keep=True", "'<a href=\"/words/\">Which one?</a>'"])
def test_a_note_that_is_kept_or_leads_on_stays_beside_an_error(given):
    class Word(forms.Form):
        word = forms.CharField(max_length=3)

    html = Template(f"{{% load ui %}}{{% field form.word {given} %}}").render(
        Context({"form": Word({"word": "longer"})})
    )
    assert re.search(r'aria-describedby="([^"]*)"', html)[1] == "id_word_helptext id_word_error"
    assert sorted(re.findall(r'id="(id_word_[^"]*)"', html)) == ["id_word_error", "id_word_helptext"]
