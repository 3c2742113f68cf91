"""What a row of a Stack Exchange dump says: kind, handle, text, tags, numbers, times, each with a value for any row."""

from __future__ import annotations

import hashlib
import re
from datetime import UTC, datetime

from community.kernel import markup
from community.kernel.api import one_line, visible
from forums.importers.common import digest
from forums.importers.dump import Row
from forums.importers.markdown import from_html
from forums.importers.times import moment

EPOCH = datetime(2008, 1, 1, tzinfo=UTC)
GREATEST = 2**31 - 1
LONGEST_HANDLE = 28
NOBODY = "0"  # several people, of whom neither number nor name is left
DELETED = "deleted"  # what people without a row or a name are called
BY_NAME = "~"  # before what stands for a name; numbers begin otherwise
AUTHORS = {"Posts": ("OwnerUserId", "OwnerDisplayName"), "Comments": ("UserId", "UserDisplayName")}
QUESTION, ANSWER = "1", "2"
VOTES = {"2": 1, "3": -1}


def time_of(row: Row, *, now: datetime) -> datetime:
    """When it was made; long ago where it does not say."""
    return moment(row.get("CreationDate", ""), now=now) or EPOCH


def author_of(row: Row, file: str) -> Row:
    """Who wrote a row of Posts or Comments, as a row of Users: by number, else by the shown name, else NOBODY.

    Deleted people have no row among the users. Those without a number left their name where they wrote, and two names
    are two people.
    """
    number_column, name_column = AUTHORS[file]
    number, name = row.get(number_column, ""), one_line(row.get(name_column, ""))
    made = {"Id": number or NOBODY, "DisplayName": DELETED, "CreationDate": row.get("CreationDate", "")}
    if not number and visible(name):
        made |= {"Id": BY_NAME + digest(name), "DisplayName": name}
    return made


def handle_of(row: Row) -> str:
    """A username for a user: the shown name, cut, with the whole number behind it, so that two of one name stay two."""
    name = re.sub(r"[^\w-]+", "-", row.get("DisplayName", ""), flags=re.ASCII).strip("-_")
    suffix = ("-" + re.sub(r"[^\w-]+", "-", row["Id"]).strip("-"))[:LONGEST_HANDLE]
    return (name.removesuffix(suffix)[: LONGEST_HANDLE - len(suffix)].strip("-_") or "member") + suffix


def name_of(row: Row) -> str:
    """The shown name of a user, at most 60 characters; their number where they have none."""
    return one_line(row.get("DisplayName", ""), 60) or f"#{row['Id']}"


def kind_of(row: Row) -> str:
    """The number of a post's kind; where none is stated, what answers something is an answer."""
    return row.get("PostTypeId", "").strip() or (ANSWER if row.get("ParentId") else QUESTION)


def title_of(row: Row) -> str:
    """The title of a question, at most 200 characters; its number where it has none, or none that is seen."""
    title = row.get("Title", "").strip()[:200]
    return title if visible(title) else f"#{row['Id']}"


def text_of(body: str) -> str:
    """A body as Markdown within the length of a post."""
    return from_html(body)[: markup.MAX_LENGTH].strip() or "…"


def tags_of(row: Row) -> list[str]:
    """Tags, written ``<a><b>`` in older dumps and ``|a|b|`` in newer ones."""
    return re.findall(r"[^<>|]+", row.get("Tags", ""))


def vote_number(external_id: str) -> int:
    """The number votes are told apart by; a negative one for an id that is no number."""
    if re.fullmatch(r"[0-9]{1,18}", external_id):
        return int(external_id)
    return -int.from_bytes(hashlib.blake2b(external_id.encode(), digest_size=7).digest())


def number(text: str | None) -> int:
    """A whole number as databases hold it, 0 where there is none."""
    found = int(text) if text and re.fullmatch(r"-?[0-9]{1,18}", text) else 0
    return max(-GREATEST, min(found, GREATEST))
