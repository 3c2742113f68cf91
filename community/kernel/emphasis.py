"""Where emphasis may begin and end, also between Han characters.

CommonMark lets ``**粗体。**后面`` stand as it is: between punctuation and a letter, ``**`` may not close. That rule is
about words with spaces around them, which Chinese does not have. Here the punctuation of Chinese counts as letters
do, and beside a Han character foreign punctuation may stand inside emphasis (the amendment known as "CJK friendly",
https://github.com/tats-u/markdown-cjk-friendly/blob/main/specification.md). Texts without such characters are read
exactly as CommonMark says.
"""

from __future__ import annotations

import unicodedata
from typing import Any

from markdown_it.common.utils import isPunctChar, isWhiteSpace
from markdown_it.parser_inline import ParserInline
from markdown_it.rules_inline.state_inline import Scanned, StateInline


def delimits(marker: str, before: str, after: str) -> tuple[bool, bool]:
    """Whether a run of a marker (``*``, ``_`` or ``~``) may open and close emphasis between these two characters."""
    spaced_before, spaced_after = isWhiteSpace(ord(before)), isWhiteSpace(ord(after))
    point_before, point_after = isPunctChar(before), isPunctChar(after)
    wide_before, wide_after = _is_wide(before), _is_wide(after)
    left = not spaced_after and (not point_after or wide_after or spaced_before or point_before or wide_before)
    right = not spaced_before and (not point_before or wide_before or spaced_after or point_after or wide_after)
    if marker == "_":
        return left and (not right or point_before), right and (not left or point_after)
    return left, right


def _is_wide(character: str) -> bool:
    """Whether a character is of a script written without spaces, or its punctuation; no emoji."""
    if character.isascii():
        return False
    return unicodedata.east_asian_width(character) in "WFH" and unicodedata.category(character) != "So"


class _State(StateInline):
    def scanDelims(self, start: int, canSplitWord: bool) -> Scanned:  # noqa: N802, N803 - markdown-it's name
        """How long the run of markers is that begins here, and what it may do."""
        marker, end = self.src[start], start
        while end < self.posMax and self.src[end] == marker:
            end += 1
        before = self.src[start - 1] if start else " "
        after = self.src[end] if end < self.posMax else " "
        return Scanned(*delimits(marker, before, after), end - start)


class Inline(ParserInline):
    """Running text, with this rule."""

    def parse(self, src: str, md: Any, env: Any, tokens: Any) -> Any:
        """The tokens of a text."""
        state = _State(src, md, env, tokens)
        self.tokenize(state)
        for rule in self.ruler2.getRules(""):
            rule(state)
        return state.tokens
