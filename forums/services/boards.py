"""Boards: making and changing them."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from community.kernel.api import Invalid, Outdated, batched, clean_line, clean_slug, publish
from community.members.api import Member, Role, require_role
from community.search.api import mark_content
from forums.enums import Readership
from forums.facts import BoardChanged, BoardMade
from forums.models import Board, Post, Topic

MAX_BOARD_TITLE, MAX_ABOUT, LAST = 80, 300, 32_767
MARKED_AT_ONCE = 5000


@transaction.atomic
def create_board(
    *,
    actor: Member,
    slug: str,
    title_en: str,
    title_zh: str,
    about_en: str = "",
    about_zh: str = "",
    readers: str = Readership.PUBLIC,
    position: int = 100,
    now: datetime,
) -> Board:
    """A new board; sent twice it is the one that is there. Raises Invalid, also for the address of another board."""
    require_role(actor, Role.BRAND_MANAGER)
    values = _clean(title_en, title_zh, about_en, about_zh, readers, position)
    board, created = Board.objects.get_or_create(slug=clean_slug(slug), defaults=values)
    if not created and (board.club_slug or not _says(board, values)):
        raise Invalid(_("Another board has this address."), field="slug")
    if created:
        publish(BoardMade(member_id=actor.pk, board_id=board.pk, slug=board.slug, readers=board.readers), now=now)
    return board


@transaction.atomic
def change_board(
    *,
    board: Board,
    actor: Member,
    title_en: str,
    title_zh: str,
    about_en: str,
    about_zh: str,
    readers: str,
    position: int,
    based_on: str | None = None,
    now: datetime,
) -> Board:
    """What a board is called, what it is about, who reads it and where it stands. Again changes nothing.

    ``based_on`` is the version the actor had before them: where the board has another one by now it raises Outdated.
    A club's board is called as the club is. With other readers the whole board is searched by those from now on.
    """
    require_role(actor, Role.BRAND_MANAGER)
    values = _clean(title_en, title_zh, about_en, about_zh, readers, position)
    # Whoever writes counts on the board's row: a post is there before this lock and is marked, or sees what it leaves.
    board = Board.objects.select_for_update(no_key=True).get(pk=board.pk)
    if _says(board, values):
        return board
    if based_on not in {None, board.version}:
        raise Outdated(
            _("This board was changed after you opened it, so yours was not saved. Save again to replace it.")
        )
    if board.club_slug and (board.title_en, board.title_zh) != (values["title_en"], values["title_zh"]):
        raise Invalid(_("This board is called as its club is."), field="title_en")
    previous = board.readers
    for name, value in values.items():
        setattr(board, name, value)
    board.save(update_fields=[*values])
    if board.readers != previous:
        _mark_all(board)
    told = {"slug": board.slug, "readers": board.readers, "previous": previous}
    publish(BoardChanged(member_id=actor.pk, board_id=board.pk, **told), now=now)
    return board


def _clean(title_en: str, title_zh: str, about_en: str, about_zh: str, readers: str, position: int) -> dict[str, Any]:
    """What a board keeps. Raises Invalid."""
    if readers not in Readership.values:
        raise Invalid(_("Choose who reads it."), field="readers")
    if not 0 <= position <= LAST:
        raise Invalid(_("Choose a number from 0 to 32767."), field="position")
    titles = {"title_en": title_en, "title_zh": title_zh}
    abouts = {"about_en": about_en, "about_zh": about_zh}
    return {
        **{name: clean_line(text, most=MAX_BOARD_TITLE, field=name) for name, text in titles.items()},
        **{name: clean_line(text, most=MAX_ABOUT, field=name, needed=False) for name, text in abouts.items()},
        "readers": str(readers),
        "position": position,
    }


def _says(board: Board, values: dict[str, Any]) -> bool:
    return all(getattr(board, name) == value for name, value in values.items())


def _mark_all(board: Board) -> None:
    """Have the index take in anew everything that is shown on a board, some thousands at a time."""
    topics = Topic.objects.filter(board=board, deleted_at=None).order_by("pk").values_list("pk", flat=True)
    shown = Post.objects.filter(topic__board=board, topic__deleted_at=None, deleted_at=None, number__gt=1)
    posts = shown.order_by("pk").values_list("pk", flat=True)
    for kind, ids in (("topic", topics), ("post", posts)):
        for some in batched(ids.iterator(MARKED_AT_ONCE), MARKED_AT_ONCE):
            mark_content(kind, some)
