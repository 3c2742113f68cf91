"""Feeds of boards and topics, RSS and Atom; public boards only."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from django.contrib.auth.models import AnonymousUser
from django.contrib.syndication.views import Feed
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Left
from django.http import HttpRequest
from django.shortcuts import get_object_or_404
from django.utils.feedgenerator import Atom1Feed
from django.utils.html import escape
from django.utils.translation import gettext as _

from community.kernel.api import brand_name
from community.kernel.plain import plain_text
from forums.models import Board, Post, Topic
from forums.views.lookups import readable_topic

ITEMS = 30
SUMMARY = 500
BEGINNING = 2_000  # of a post's HTML: each of thousands of quotations would be taken apart for anybody who asks

_QUOTE = re.compile(r"(</?blockquote\b[^>]*>)")
# What XML 1.0 cannot hold, however it is written.
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")


def xml_text(text: str) -> str:
    """The text without characters that would make a feed unreadable."""
    return _NO_XML.sub("", text)


def _about(board: Board) -> str:
    return xml_text(board.about) or _("The newest topics of this board.")


def _quotes_apart(rendered: str) -> str:
    """What HTML says, each quotation in marks and on a line of its own."""
    lines, depth = [], 0
    for part in _QUOTE.split(rendered):
        if _QUOTE.fullmatch(part):
            depth += -1 if part.startswith("</") else 1
        elif text := plain_text(part):
            lines.append(f"“{text}”" if depth else text)
    return "\n".join(lines)


class BoardFeed(Feed[Topic, Board]):
    """The latest topics of a board."""

    def get_object(self, request: HttpRequest, slug: str, **kwargs: Any) -> Board:
        """A board everybody may read."""
        return get_object_or_404(Board.objects.visible_to(AnonymousUser()), slug=slug)

    def title(self, board: Board) -> str:
        """The board's title and the community's name."""
        community = _("%(brand_name)s Paddock") % {"brand_name": brand_name()}
        return xml_text(f"{board.title} · {community}")

    def link(self, board: Board) -> str:
        """The address of the board's page."""
        return board.get_absolute_url()

    def description(self, board: Board) -> str:
        """What the board is about, as HTML: readers of RSS show it as that."""
        return escape(_about(board))

    def items(self, board: Board) -> list[Topic]:
        """The newest topics of the board that everybody may read, the newest first."""
        first = Post.objects.filter(topic=OuterRef("pk"), number=1, deleted_at=None).values(said=Left("text", SUMMARY))
        topics = Topic.objects.visible_to(AnonymousUser()).filter(board=board).select_related("author")
        topics = topics.annotate(beginning=Subquery(first))
        return list(topics.order_by("-opened_at")[:ITEMS])

    def item_title(self, item: Topic) -> Any:
        """The topic's title."""
        return xml_text(item.title)

    def item_description(self, item: Topic) -> str:
        """The beginning of its first post, as HTML: what looks like a tag in it is text."""
        return escape(xml_text(vars(item)["beginning"] or ""))

    def item_author_name(self, item: Topic) -> str:
        """What who opened the topic is called."""
        return xml_text(item.author.shown_name)

    def item_pubdate(self, item: Topic) -> datetime:
        """When the topic was opened."""
        return item.opened_at

    def item_updateddate(self, item: Topic) -> datetime:
        """When the topic's latest post was written."""
        return item.last_post_at


class BoardAtom(BoardFeed):
    """The newest topics of a board as Atom."""

    feed_type = Atom1Feed

    def subtitle(self, board: Board) -> str:
        """What the board is about."""
        return _about(board)


class TopicFeed(Feed[Post, Topic]):
    """The latest posts of a topic."""

    def get_object(self, request: HttpRequest, pk: int, **kwargs: Any) -> Topic:
        """A topic everybody may read. Raises Gone for a deleted one, by which readers of feeds stop asking."""
        return readable_topic(AnonymousUser(), pk)

    def title(self, topic: Topic) -> str:
        """The topic's title."""
        return xml_text(topic.title)

    def link(self, topic: Topic) -> str:
        """The address of the topic's first page."""
        return topic.get_absolute_url()

    def description(self, topic: Topic) -> str:
        """The topic's title once more, as HTML: readers of RSS show it as that."""
        return escape(xml_text(topic.title))

    def items(self, topic: Topic) -> list[Post]:
        """The newest posts of the topic that are shown, the newest first."""
        posts = Post.objects.filter(topic=topic, deleted_at=None).select_related("author")
        return list(posts.order_by("-number")[:ITEMS])

    def item_title(self, item: Post) -> Any:
        """Who and which floor."""
        return xml_text(f"{item.author.shown_name} #{item.number}")

    def item_description(self, item: Post) -> str:
        """The beginning of the text, as HTML in both kinds of feeds: what looks like a tag in it is text."""
        begin = item.html[:BEGINNING]
        text = _quotes_apart(begin) if "<blockquote" in begin else item.text
        return escape(xml_text(text[:SUMMARY])).replace("\n", "<br>")

    def item_author_name(self, item: Post) -> str:
        """What who wrote the post is called."""
        return xml_text(item.author.shown_name)

    def item_pubdate(self, item: Post) -> datetime:
        """When the post was written."""
        return item.written_at


class TopicAtom(TopicFeed):
    """The latest posts of a topic as Atom."""

    feed_type = Atom1Feed

    def subtitle(self, topic: Topic) -> str:
        """The topic's title once more."""
        return xml_text(topic.title)
