"""Words: how text in English and Chinese becomes the tokens that engines store and match.

Latin words are lower-cased (NFKC) and stemmed. Runs of Han characters are stored as single characters and as pairs
of neighbours; a query is segmented by jieba and each word asked for by its pairs. So 行李架 (行李 + 李架) is found in
车顶行李架安装教程 however a segmenter would have cut the text, while 安装教程 is two words, not one rare phrase.
"""

from __future__ import annotations

import re
import threading
import unicodedata
from collections.abc import Iterable, Iterator
from functools import cache, lru_cache

import rjieba
import snowballstemmer
from django.utils.html import escape
from django.utils.safestring import SafeString, mark_safe

from community.kernel.typography import closed_up

MAX_QUERY_WORDS = 20
HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff々〇"
PIECE = re.compile(rf"[{HAN}]+|(?:(?![{HAN}_])\w)+(?:\+\+|#)?", re.UNICODE)
_EVERYWHERE = (
    "a about after all an and any are as at back be by can could did do does else fit for from good has have help how i"
    " if in into is it its just like long me my need new no not of on one or our out over really set so than that the"
    " their them then there these they this to two us was we what when where which who why will with without you your"
)
_HAN_ONLY = re.compile(rf"[{HAN}]+")
# Signs in a row, of which no word is made. NFKC sorts the accents of one letter in quadratic time: 30 are the most that
# any text needs (Unicode TR 15, section 13).
_SIGNS = re.compile(r"([^\w\s]{30})[^\w\s]+")


class _Stemmers(threading.local):
    """One for each thread: it keeps the word it is at in itself, so two threads would stem each other's."""

    def __init__(self) -> None:
        self.english = snowballstemmer.stemmer("english")


_STEMMERS = _Stemmers()


def normalise(text: str) -> str:
    """NFKC and lower case; what cannot be encoded is dropped, and so are signs after the thirtieth in a row."""
    if not text.isascii():
        text = unicodedata.normalize("NFKC", _SIGNS.sub(r"\1", text.encode("utf-8", "ignore").decode()))
    return text.lower().replace("\0", " ")


@lru_cache(100_000)
def stem(word: str) -> str:
    """The stem of a lower-case Latin word; other words stay as they are."""
    return str(_STEMMERS.english.stemWord(word)) if word.isascii() and word.isalpha() else word


def pieces(text: str) -> list[str]:
    """A text as its Latin words, as written but in lower case, and runs of Han characters, in order."""
    found: list[str] = PIECE.findall(normalise(text))
    return found


def tokens(text: str) -> list[str]:
    """The tokens a text is stored under, in order, with repetitions."""
    return [token for piece in pieces(text) for token in _stored(piece)]


def query_words(text: str) -> list[str]:
    """The words of a query as a person would see them: stems, and Han words cut by jieba. At most 20."""
    words: list[str] = []
    for piece in pieces(text):
        words += [word for word in rjieba.cut(piece) if word.strip()] if is_han(piece) else [stem(piece)]
    return list(dict.fromkeys(words))[:MAX_QUERY_WORDS]


def query_tokens(text: str) -> list[str]:
    """The tokens that all must be present for a text to match the query."""
    found: list[str] = []
    for word in query_words(text):
        found += pairs(word) if is_han(word) and len(word) > 1 else [word]
    return list(dict.fromkeys(found))


def telling_tokens(text: str) -> list[str]:
    """The tokens that tell what a text is about: no English words that stand everywhere, no single Han characters."""
    common = _common()
    return [token for token in query_tokens(text) if token not in common and not (len(token) == 1 and is_han(token))]


@cache
def _common() -> frozenset[str]:
    return frozenset(map(stem, _EVERYWHERE.split()))


def is_han(piece: str) -> bool:
    """Whether a piece is Chinese."""
    return not piece.isascii() and bool(_HAN_ONLY.fullmatch(piece))


def pairs(run: str) -> list[str]:
    """Neighbouring characters, two by two."""
    return [run[at : at + 2] for at in range(len(run) - 1)]


def _stored(piece: str) -> list[str]:
    return [*piece, *pairs(piece)] if is_han(piece) else [stem(piece)]


def matches(text: str, words: list[str]) -> Iterator[tuple[int, int]]:
    """Where the words of a query stand in a text, as (start, end), left to right, not overlapping."""
    han = sorted((word for word in words if is_han(word)), key=len, reverse=True)
    latin = {word for word in words if not is_han(word)}
    anywhere = re.compile("|".join(map(re.escape, han))) if han else None
    for piece in PIECE.finditer(text):
        if is_han(piece[0]):
            if anywhere:
                yield from ((piece.start() + m.start(), piece.start() + m.end()) for m in anywhere.finditer(piece[0]))
        elif stem(normalise(piece[0])) in latin:
            yield piece.span()


def highlight(text: str, words: list[str]) -> SafeString:
    """The text, escaped, with the words of the query in ``<mark>``; words side by side are in one."""
    parts, last = [], 0
    for start, end in _joined(text, matches(text, words)):
        parts += [escape(text[last:start]), "<mark>", escape(text[start:end]), "</mark>"]
        last = end
    return mark_safe("".join([*parts, escape(text[last:])]))  # noqa: S308 - every part is escaped above


def _joined(text: str, spans: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    joined: list[tuple[int, int]] = []
    for start, end in spans:
        beside = joined and not text[joined[-1][1] : start].strip()
        joined[-1:] = [(joined[-1][0], end)] if beside else [*joined[-1:], (start, end)]
    return joined


def excerpt(text: str, words: list[str], *, length: int = 160) -> str:
    """About ``length`` characters of a text around the first match, with an ellipsis where it was cut."""
    first = next(matches(text, words), (0, 0))[0]
    start = max(0, first - length // 3)
    if start > 0 and (space := text.find(" ", start, first)) > 0:
        start = space + 1
    piece = closed_up(" ".join(text[start : start + length].split()))
    return ("…" if start else "") + piece + ("…" if start + length < len(text) else "")
