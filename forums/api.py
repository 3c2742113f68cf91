"""The door of the forums: everything other apps may use of them."""

from forums.models import Board, Post, Topic
from forums.services import (
    choose_best_answer,
    delete_post,
    edit_post,
    ensure_board,
    mark_board_read,
    mark_read,
    open_topic,
    react,
    restore_post,
    set_pinned,
    store_picture,
    write_post,
)

__all__ = [
    "Board",
    "Post",
    "Topic",
    "choose_best_answer",
    "delete_post",
    "edit_post",
    "ensure_board",
    "mark_board_read",
    "mark_read",
    "open_topic",
    "react",
    "restore_post",
    "set_pinned",
    "store_picture",
    "write_post",
]
