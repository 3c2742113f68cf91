"""The page of facts says what the code declares."""

from pathlib import Path

from community.kernel.management.commands.facts_doc import document

ROOT = Path(__file__).parents[3]


def test_the_page_of_facts_follows_the_code():
    assert (ROOT / "docs" / "facts.md").read_text() == document(), "run manage.py facts_doc"
