"""Everyday words: what says little about anybody, and as the name of a car would be found in every text.

``en.txt`` holds about 2,600 English words, the most frequent in texts on several subjects. For Chinese the frequencies
in jieba's dictionary tell; ``zh.txt`` adds words of talk that are rarer there than here.
"""

from __future__ import annotations

from functools import cache, lru_cache
from pathlib import Path

import rjieba

from community.search.api import is_han, pieces, stem

FOLDER = Path(__file__).parent


@cache
def _words(name: str) -> frozenset[str]:
    """The words of a file; they stand for all their forms."""
    return frozenset(stem(piece) for piece in pieces((FOLDER / name).read_text(encoding="utf-8")))


def is_everyday(name: str, *, often: int) -> bool:
    """Whether a name is made of everyday words: in Chinese of those jieba counts more than so often."""
    found = pieces(name)
    return bool(found) and all(_is_everyday(piece, often) for piece in found)


def _is_everyday(piece: str, often: int) -> bool:
    if is_han(piece):
        return frequency(piece) > often or piece in _words("zh.txt")
    return stem(piece) in _words("en.txt")


@lru_cache(50_000)
def frequency(word: str) -> int:
    """How often jieba's dictionary counts a Chinese word; 0 for one that is not in it."""
    return int(rjieba.suggest_freq(word)) if rjieba.has_word(word) else 0
