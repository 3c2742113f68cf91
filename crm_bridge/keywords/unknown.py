"""Words of texts that the vocabulary does not know and that may be worth a keyword: nouns, as far as statistics tell.

Without grammar, a word is taken for one where it is neither an everyday word nor formed like an adverb or a participle;
in Chinese where jieba cuts it out, its dictionary does not count it often, and no particle stands at its ends. Each
verdict is worked out once.
"""

from __future__ import annotations

import re
from collections import Counter

import rjieba

from community.search.api import HAN, normalise, stem
from crm_bridge.keywords.everyday import is_everyday
from crm_bridge.keywords.vocabulary import Vocabulary

MOST = 4  # words of one text
LONGEST = 24
SHORTEST_HAN, LONGEST_HAN = 2, 6
COMMON = 150  # how often jieba counts a word that says little
HELD = 100_000
NO_NOUN = ("ly", "ing", "ed", "est")
PARTICLES = frozenset(
    "这那哪我你他她它您咱的地得了着过是不没未有无很太更最挺蛮要就个在也还和跟与及或又被把给让对从向为以吧吗呢啊哦呀嘛"
    "一二两三四五六七八九十百千万几多少些点次下想刚会能可该应别才都再只啥谁怎咋真好大小高低"
)
LATIN_WORDS = re.compile(r"[^\W\d_][\w-]{2,}[^\W_]")
HAN_RUNS = re.compile(f"[{HAN}]+")
# What is no word: addresses, names of people, "isn't". Each begins at the start of a word, in Chinese where the letters
# of others begin, and is bounded, so that one endless word is not read again from each of its letters.
MAILBOX = rf"(?:(?<![\w.+-])|(?<=[{HAN}]))(?:(?![{HAN}])[\w.+-]){{1,64}}@\S+"
NO_WORD = re.compile(rf"(?:https?:|www\.)\S+|{MAILBOX}|@\S+|(?<![a-z])[a-z]{{1,20}}['’]t\b")
NO_WORD_SIGNS = re.compile(r"[@'’]|:/|www")
LATIN = re.compile(r"[^\W\d_][^\W_]*(?:-[^\W_]+)*")


def unknown_words(text: str, words: Vocabulary) -> list[str]:
    """At most four unknown words of a text, the most frequent first."""
    said = _words(normalise(text))
    # In most texts this leaves nothing, at the price of a set.
    new = {word for word in set(said).difference(words.plain) if word in words.rare or _decide(word, words)}
    return [word for word, _count in Counter(word for word in said if word in new).most_common(MOST)] if new else []


def _words(text: str) -> list[str]:
    if NO_WORD_SIGNS.search(text):
        text = NO_WORD.sub(" ", text)
    if text.isascii():
        return LATIN_WORDS.findall(text)
    han = [word for run in HAN_RUNS.findall(text) for word in rjieba.cut(run)]
    return [*LATIN_WORDS.findall(HAN_RUNS.sub(" ", text)), *han]


def _decide(word: str, words: Vocabulary) -> bool:
    """Whether a word is unknown, kept for the next time."""
    if len(word) > LONGEST:
        return False
    verdict = _is_noun(word, words) and not words.capture(word)
    kept = words.rare if verdict else words.plain
    if len(kept) >= HELD:
        kept.clear()
    kept.add(word)
    return verdict


def _is_noun(word: str, words: Vocabulary) -> bool:
    if word[0] >= "\u3400":
        fits = SHORTEST_HAN <= len(word) <= LONGEST_HAN and not PARTICLES & {word[0], word[-1]}
        return fits and word not in words.texts and not is_everyday(word, often=COMMON)
    fits = LATIN.fullmatch(word) is not None and not word.endswith(NO_NOUN)
    parts = [stem(part) for part in word.split("-")]  # a rack is part of a roof rack
    return fits and words.stems.isdisjoint(parts) and not is_everyday(word, often=COMMON)
