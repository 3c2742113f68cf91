"""What a text of a member says, without its markup: its words, its own words, its language."""

from __future__ import annotations

import html
import re
from functools import lru_cache

import nh3

from community.kernel.markup import TAGS
from community.kernel.typography import closed_up

_LETTER = re.compile(r"[^\W\d_]")
_HAN = re.compile("[\u3400-\u9fff]")
_TAG = re.compile("<[^>]*>?")


def plain_text(rendered: str) -> str:
    """What HTML says, without markup, white space folded, none beside Chinese marks."""
    spaced = re.sub(r"<(/p|br|/li|/h\d|/tr|/blockquote)[^>]*>", " ", rendered)
    return closed_up(" ".join(html.unescape(nh3.clean(spaced, tags=set())).split()))


def own_words(rendered: str) -> str:
    """What HTML says without what it quotes."""
    return plain_text(nh3.clean(rendered, tags=TAGS - {"blockquote"}, attributes={}, clean_content_tags={"blockquote"}))


def language_of(text: str) -> str:
    """zh-hans where a fifth of the letters are Han, else en."""
    begin = text[:2000]
    letters, han = len(_LETTER.findall(begin)), len(_HAN.findall(begin))
    return "zh-hans" if letters and han * 5 >= letters else "en"


def language_of_html(rendered: str) -> str:
    """zh-hans where a fifth of the letters of HTML of ours are Han, else en; by how it begins after its quotations."""
    said = rendered.rpartition("</blockquote>")[2].strip() or rendered
    return _language_of_html(said[:400])


@lru_cache(4096)
def _language_of_html(rendered: str) -> str:
    return language_of(_TAG.sub("", rendered))
