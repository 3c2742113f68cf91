"""Boards, topics, posts and what members do with them."""

from forums.models.boards import Board, BoardQuerySet, readers_of
from forums.models.imported import Imported, ImportedFigure, ImportedVote
from forums.models.posts import FOLDER, PICTURES, PictureUse, Post, PostRevision, Reaction, Reference, Upload
from forums.models.reading import BoardRead, ReadState
from forums.models.topics import GONE, PAGE, Topic, TopicQuerySet, page_of, topic_slug

__all__ = [
    "FOLDER",
    "GONE",
    "PAGE",
    "PICTURES",
    "Board",
    "BoardQuerySet",
    "BoardRead",
    "Imported",
    "ImportedFigure",
    "ImportedVote",
    "PictureUse",
    "Post",
    "PostRevision",
    "Reaction",
    "ReadState",
    "Reference",
    "Topic",
    "TopicQuerySet",
    "Upload",
    "page_of",
    "readers_of",
    "topic_slug",
]
