"""What members do in the forums."""

from forums.services.answers import choose_best_answer, react
from forums.services.boards import LAST, MAX_ABOUT, MAX_BOARD_TITLE, change_board, create_board
from forums.services.pictures import markdown_of, store_picture
from forums.services.posts import edit_post, remove_revision, write_post
from forums.services.reading import mark_board_read, mark_read, mark_shown
from forums.services.removal import delete_post, restore_post
from forums.services.rights import may_host, require_editor
from forums.services.texts import clean_tags, rendered
from forums.services.topics import ensure_board, open_topic, set_closed, set_pinned

__all__ = [
    "LAST",
    "MAX_ABOUT",
    "MAX_BOARD_TITLE",
    "change_board",
    "choose_best_answer",
    "clean_tags",
    "create_board",
    "delete_post",
    "edit_post",
    "ensure_board",
    "mark_board_read",
    "mark_read",
    "mark_shown",
    "markdown_of",
    "may_host",
    "open_topic",
    "react",
    "remove_revision",
    "rendered",
    "require_editor",
    "restore_post",
    "set_closed",
    "set_pinned",
    "store_picture",
    "write_post",
]
