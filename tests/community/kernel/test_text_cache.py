"""Texts kept up to a number of bytes."""

from dataclasses import dataclass
from enum import StrEnum
from sys import getsizeof
from threading import Thread
from typing import NamedTuple

from community.kernel.text_cache import ENTRY, TextCache, size_of


class Pair(NamedTuple):
    number: int
    word: str


@dataclass(frozen=True)
class Person:
    name: str


class Word(StrEnum):
    """Has parts that lead back to itself, as what Django gives a choice."""

    ONE = "one"


def asked(kept: TextCache, *keys: str) -> list[str]:
    """The keys for which a text was made."""
    made: list[str] = []
    for key in keys:
        assert kept.get(key, lambda key=key: made.append(key) or f"text of {key}") == f"text of {key}"
    return made


def test_a_text_is_made_once_and_the_oldest_not_asked_for_again_goes_first():
    one = size_of("a") + getsizeof("text of a") + ENTRY
    kept = TextCache(2 * one)
    assert asked(kept, "a", "b", "a", "c", "a", "b") == ["a", "b", "c", "b"]
    assert (len(kept), kept.size) == (2, 2 * one)


def test_what_is_larger_than_all_that_is_kept_is_made_and_not_kept():
    kept = TextCache(100)
    assert asked(kept, "a", "a") == ["a", "a"]
    assert (len(kept), kept.size) == (0, 0)


def test_the_size_is_that_of_all_parts():
    plain = getsizeof(7) + getsizeof("山" * 50)
    assert size_of(Pair(7, "山" * 50)) == getsizeof(Pair(7, "")) + plain
    person = Person("ada")
    assert size_of((person,)) == getsizeof((person,)) + getsizeof(person) + getsizeof("ada")
    assert size_of((Word.ONE,)) == getsizeof((Word.ONE,)) + getsizeof(Word.ONE)


def test_a_text_that_another_thread_made_meanwhile_is_kept_once():
    kept = TextCache(10_000)

    def slow() -> str:
        other = Thread(target=kept.get, args=("a", lambda: "theirs"))
        other.start()
        other.join()
        return "ours"

    assert (kept.get("a", slow), kept.get("a", lambda: "none")) == ("ours", "theirs")
    assert kept.size == size_of("a") + getsizeof("theirs") + ENTRY
