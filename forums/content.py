"""What of the forums is found by a search: topics with their first post, and replies."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy

from community.kernel.api import primary_keys_of
from community.search.api import ContentDocument, ContentKind, Found, register_content
from forums.models import Post, Topic


def load_topics(ids: Sequence[int]) -> Iterable[ContentDocument]:
    """Topics with their first post and their tags."""
    topics = Topic.objects.filter(pk__in=ids, deleted_at=None).select_related("board")
    texts = dict(Post.objects.filter(topic__in=ids, number=1).values_list("topic_id", "text"))
    for topic in topics:
        body = _tagged(topic, texts.get(topic.pk, ""))
        document = _document(topic.pk, topic, body, topic.opened_at, topic.author_id)
        yield replace(document, title=topic.title, popularity=topic.post_count + topic.useful_count)


def load_posts(ids: Sequence[int]) -> Iterable[ContentDocument]:
    """The documents of replies that are shown; not of first posts, which are their topics'.

    A reply is as lively as it is useful: how lively its topic is changes with every other reply.
    """
    posts = Post.objects.filter(pk__in=ids, deleted_at=None, topic__deleted_at=None, number__gt=1)
    for post in posts.select_related("topic__board"):
        document = _document(post.pk, post.topic, post.text, post.written_at, post.author_id)
        yield replace(document, popularity=post.useful_count)


def _document(pk: int, topic: Topic, text: str, at: datetime, author_id: int) -> ContentDocument:
    return ContentDocument(
        id=pk,
        title="",
        body=text,
        language=topic.language,
        readers=(topic.board.readers,),
        created_at=at,
        author_id=author_id,
        place=f"board:{topic.board_id}",
    )


def present_topics(ids: Sequence[int], viewer: Any) -> Mapping[int, Found]:
    """Hits among the topics the viewer may read."""
    topics = Topic.objects.visible_to(viewer).filter(pk__in=ids).select_related("board")
    texts = dict(Post.objects.filter(topic__in=ids, number=1).values_list("topic_id", "text"))
    return {
        topic.pk: _found(
            topic, topic.get_absolute_url(), _tagged(topic, texts.get(topic.pk, "")), topic.opened_at, topic.author_id
        )
        for topic in topics
    }


def _tagged(topic: Topic, text: str) -> str:
    """The first post and the tags, which are found and shown as words of it."""
    return " · ".join((text, *topic.tags))


def present_posts(ids: Sequence[int], viewer: Any) -> Mapping[int, Found]:
    """Hits among the replies the viewer may read."""
    topics = Topic.objects.visible_to(viewer)
    posts = Post.objects.filter(pk__in=ids, deleted_at=None, topic__in=topics).select_related("topic__board")
    return {
        post.pk: replace(
            _found(post.topic, post.get_absolute_url(), post.text, post.written_at, post.author_id),
            part=_("In reply %(number)s") % {"number": post.number - 1},
        )
        for post in posts
    }


def _found(topic: Topic, url: str, text: str, at: datetime, author_id: int) -> Found:
    return Found(
        url=url,
        title=topic.title,
        body=text,
        at=at,
        by_id=author_id,
        place_name=topic.board.title,
        place_url=topic.board.get_absolute_url(),
        language=topic.language,
        group=f"topic:{topic.pk}",
    )


register_content(
    ContentKind(
        kind="topic",
        label=gettext_lazy("Topics"),
        single=pgettext_lazy("kind", "Topic"),
        load=load_topics,
        all_ids=lambda: primary_keys_of(Topic.objects.filter(deleted_at=None)),
        present=present_topics,
    )
)
register_content(
    ContentKind(
        kind="post",
        label=gettext_lazy("Replies"),
        single=pgettext_lazy("kind", "Reply"),
        load=load_posts,
        all_ids=lambda: primary_keys_of(Post.objects.filter(deleted_at=None, number__gt=1)),
        present=present_posts,
    )
)
