"""Markdown of members."""

import json
import re

import pytest
from markdown_it import MarkdownIt

from community.kernel.api import Invalid
from community.kernel.emphasis import Inline
from community.kernel.markup import MAX_LENGTH, MOST_HTML, as_written, parse, quote, render
from community.kernel.plain import plain_text
from tests.real_data import HOSTILE

SPEC = HOSTILE / "commonmark-spec.json"
MAJA = {"maja": "/@maja/"}
REL = 'rel="nofollow ugc noopener"'


def test_a_name_of_somebody_here_becomes_a_link():
    assert render("hello @maja, ok", mentions=MAJA) == f'<p>hello <a href="/@maja/" {REL}>@maja</a>, ok</p>\n'


@pytest.mark.parametrize(
    "source", ["`@maja`", "```\n@maja\n```", "    @maja", "mail@maja", "https://a.example/@maja", "[x @maja](/y)"]
)
def test_a_name_in_code_a_link_or_an_address_is_nobody(source):
    assert parse(source).mentioned == ()
    assert "/@maja/" not in render(source, mentions=MAJA)


def test_a_name_in_a_quotation_is_not_called_again():
    assert parse("> @maja said\n\n@tom").mentioned == ("tom",)


def test_a_name_right_behind_chinese_text_counts():
    assert parse("谢谢@林予安 的分享").mentioned == ("林予安",)


def test_a_name_nobody_bears_stays_text():
    assert render("@nobody <b>", mentions={}) == "<p>@nobody &lt;b&gt;</p>\n"


@pytest.mark.parametrize(
    ("source", "address", "after"),
    [
        ("see https://a.example/x_y_z.", "https://a.example/x_y_z", "."),
        ("(https://a.example/x)", "https://a.example/x", ")"),
        ("https://a.example/x_(y)", "https://a.example/x_(y)", ""),
        ("https://a.example/x_(y).)]", "https://a.example/x_(y)", ".)]"),
        ("https://a.example/(x(y)))))", "https://a.example/(x(y))", ")))"),
        ("见https://a.example/x这个", "https://a.example/x", "这个"),
        ("https://a.example/?q=1，好", "https://a.example/?q=1", "，好"),
        ("**https://a.example/**", "https://a.example/", ""),
    ],
)
def test_a_bare_address_becomes_a_link(source, address, after):
    assert f'<a href="{address}" {REL}>{address}</a>{after}' in render(source, mentions={})


@pytest.mark.parametrize("source", ["`https://a.example/`", "javascript:alert(1)", "file:///etc/passwd", "xhttps://a"])
def test_what_is_no_bare_address_is_not_linked(source):
    assert "<a" not in render(source, mentions={})


def test_an_address_already_linked_is_linked_once():
    assert render("[https://a.example/](https://b.example/)", mentions={}).count("<a ") == 1
    assert render("<https://a.example/>", mentions={}).count("<a ") == 1


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("<script>alert(1)</script>", "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>\n"),
        ("# Big", "<h3>Big</h3>\n"),
        ("![x](https://e.example/spy.png)", f'<p><a href="https://e.example/spy.png" {REL}>x</a></p>\n'),
        ("![](http://e.example/a.png)", f'<p><a href="http://e.example/a.png" {REL}>http://e.example/a.png</a></p>\n'),
        ("![a **b** \\*](//e.example/a.png)", "<p>a b *</p>\n"),
        ("![x](http://[a/b)", f"<p><a {REL}>x</a></p>\n"),
        ("![x](data:image/png;base64,aaaa)", "<p>x</p>\n"),
        ("[![x](https://e.example/a) y](http://b.example/)", f'<p><a href="http://b.example/" {REL}>x y</a></p>\n'),
        ("![x](/media/posts/2026/11/a-_b.webp)", '<p><img src="/media/posts/2026/11/a-_b.webp" alt="x"></p>\n'),
        ("![x](/media/ideas/2026/11/a.webp)", '<p><img src="/media/ideas/2026/11/a.webp" alt="x"></p>\n'),
        ("a\0b", "<p>ab</p>\n"),
        ("[x](javascript:alert(1))", "<p>[x](javascript:alert(1))</p>\n"),
    ],
)
def test_only_safe_html_comes_out(source, shown):
    assert render(source, mentions={}) == shown


ELSEWHERE = [
    "/media/../search/?q=surfing",
    "/media/%2e%2e/search/?q=surfing",
    "/media/posts/../../search/?q=surfing",
    "/media/posts/2026/11/..%2f..%2f..%2f..%2fsearch/?q=surfing",
    "/media/posts/2026/11/a.webp?q=surfing",
    "/media/posts/2026/11/a.webp#x",
    "/media/posts/2026/11/a.webp/../b.webp",
    "/media/posts/2026/11/%61.webp",
    "/media/posts/٢٠٢٦/11/a.webp",
    "/media/posts/2026/11/a.webp\\..\\b",
    "/media/posts/2026/11/a.webp\n",
    "/media/original_images/a.jpg",
    "/media//evil.example/a.webp",
    "//evil.example/media/posts/2026/11/a.webp",
    "/account/logout/",
    "/me/../media/posts/2026/11/a.webp",
    "media/posts/2026/11/a.webp",
]


@pytest.mark.parametrize("address", ELSEWHERE)
@pytest.mark.parametrize("form", ["![x]({})", "![x](<{}>)", "![x][1]\n\n[1]: {}", "![x](   {} 'title')"])
def test_a_picture_leads_to_nothing_but_an_uploaded_picture(address, form):
    found = re.findall(r"<img[^>]*", render(form.format(address), mentions={}))
    assert all("src" not in tag or re.search(r'src="/media/posts/2026/11/a\.webp"', tag) for tag in found)


def test_a_quotation_names_its_post():
    text = quote("Maja [x]", 7, "one\ntwo")
    assert text == "> [Maja  x ](/posts/7/)\n>\n> one\n> two\n\n"
    assert parse(text + "reply").quoted == (7,)


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("**粗体。**后面", "<strong>粗体。</strong>后面"),
        ("前面**（括号）**后面", "前面<strong>（括号）</strong>后面"),
        ("这是**“引号”**的事", "这是<strong>“引号”</strong>的事"),
        ("换**winter tyres!**了", "换<strong>winter tyres!</strong>了"),
        ("*斜体，*后面", "<em>斜体，</em>后面"),
        ("~~不要。~~好的", "<s>不要。</s>好的"),
        ("***全部。***都要", "<em><strong>全部。</strong></em>都要"),
        ("**没有 **闭合", "**没有 **闭合"),
        ("** 空格**后面", "** 空格**后面"),
        ("车_前_后", "车_前_后"),
        ("（_强调_）", "（<em>强调</em>）"),
    ],
)
def test_emphasis_between_han_characters(source, shown):
    assert render(source, mentions={}) == f"<p>{shown}</p>\n"


@pytest.mark.data
def test_texts_without_han_characters_are_emphasised_as_commonmark_says():
    ours, plain = MarkdownIt("commonmark"), MarkdownIt("commonmark")
    ours.inline = Inline()
    ours.configure("commonmark")
    sources = [example["markdown"] for example in json.loads(SPEC.read_text(encoding="utf-8"))]
    assert len(sources) > 600
    assert [source for source in sources if ours.render(source) != plain.render(source)] == []


# Texts that become large pages, or take long to read

LARGE = {
    "wide table": "|" + "a|" * 200 + "\n|" + "-|" * 200 + "\n" + "|\n" * 20_000,
    "open table": "a|" * 100 + "\n" + "-|" * 100 + "\n" + "a\n" * 20_000,
    "many tables": ("a|" * 40 + "\n" + "-|" * 40 + "\n" + "a\n" * 50 + "\n") * 150,
    "quotations in quotations": (">" * 20 + "a\n\n") * 2_000,
    "a long address, often": "[a]: /" + "x" * 20_000 + "\n\n" + "[a] " * 5_000,
    "a long title, often": "[a]: /b '" + "x" * 20_000 + "'\n\n" + "[a] " * 5_000,
    "a long address, in pictures": "[a]: https://a.example/" + "x" * 20_000 + "\n\n" + "![a] " * 4_000,
    "names": "@ab " * 10_000,
    "lists in lists": "- - - - - - - - - a\n\n1. b\n\n" * 2_000,
    "empty links": "[](a)" * 8_000,
}


@pytest.mark.parametrize("name", LARGE)
def test_a_text_that_makes_too_large_a_page_is_refused(name):
    with pytest.raises(Invalid) as refused:
        render(LARGE[name][:MAX_LENGTH], mentions={"ab": "/members/ab/"})
    assert refused.value.field == "source"


SENSIBLE = {
    "words": "word and https://a.example/x, " * 1_300,
    "chinese": "车顶行李架，很好。" * 4_400,
    "table": "| model | year | price | colour |\n| --- | --- | --- | --- |\n"
    + "| 4 Touring | 2023 | 31,900 | deep blue |\n" * 590,
    "lines": "---\n" * 10_000,
    "links": "- [a title of a page](https://a.example/some/where/else)\n" * 680,
    "code": "```\n" + 'if a < b && c > d: return "<x>"\n' * 1_200 + "```",
    "list": "- one\n  - two\n    - three\n" * 1_400,
    "quotation": "> said\n>\n> > before\n\nanswer\n\n" * 1_200,
    # These take seconds where a line, or the end of an address, is read again for each of its characters.
    "a line that is nearly a table's": "a|b\n" + "-" * (MAX_LENGTH - 5) + "x",
    "brackets behind an address": "http://a" + ")" * (MAX_LENGTH - 8),
}


@pytest.mark.parametrize("name", SENSIBLE)
def test_a_long_text_is_taken(name):
    source = SENSIBLE[name][:MAX_LENGTH]
    assert len(source) > 15_000
    assert len(render(source, mentions={})) <= MOST_HTML


@pytest.mark.parametrize("name", LARGE)
def test_any_text_can_be_shown_as_it_is_written(name):
    source = LARGE[name][:MAX_LENGTH]
    shown = as_written(source).html(mentions={})
    assert len(shown) <= MOST_HTML and plain_text(shown) == " ".join(source.split())


@pytest.mark.parametrize("source", ["```\nx", "`" * 50, "&" * MAX_LENGTH, "<script>", "a\n" * 20_000, "\0"])
def test_nothing_ends_it_early(source):
    shown = as_written(source).html(mentions={})
    assert shown.count("<pre>") == shown.count("</pre>") == 1 and len(shown) <= MOST_HTML
