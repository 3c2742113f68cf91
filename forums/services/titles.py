"""A topic's title where others have it: in the reasons of who replied, in what they were told, in kept facts."""

from __future__ import annotations

from collections import defaultdict
from typing import Any

from community.inbox.api import retitle
from community.kernel.api import Fact, rewrite
from community.members.api import Member
from forums.facts import PostEdited, PostRedacted, PostRestored, PostWritten, RepliesRetitled
from forums.models import Post, Reference, Topic

OF_REPLIES = (PostWritten, PostEdited, PostRestored, PostRedacted, RepliesRetitled)


def replies_retitled(topic: Topic, actor: Member) -> list[Fact]:
    """What replies to a topic are told to be in from now on, one fact for each of their authors."""
    replies = Post.objects.filter(topic=topic, number__gt=1, deleted_at=None, author__erased_at=None)
    posts: dict[int, list[int]] = defaultdict(list)
    for pk, author_id in replies.order_by("pk").values_list("pk", "author_id"):
        posts[author_id].append(pk)
    return [
        RepliesRetitled(
            member_id=author_id,
            topic_id=topic.pk,
            post_ids=tuple(ids),
            title=topic.told_title,
            actor_id=actor.pk,
        )
        for author_id, ids in posts.items()
    ]


def retitle_notifications(topic: Topic) -> None:
    """Notifications say what the topic is told to be called now: to its author, who wrote in it, and who is named."""
    written = Post.objects.filter(topic=topic).values_list("author_id", flat=True)
    named = Reference.objects.filter(post__topic=topic).values_list("member_id", flat=True)
    retitle({topic.channel: topic.told_title}, recipients={topic.author_id, *written, *named})


def forget_title(topic: Topic, old: str) -> None:
    """Leave a title that was removed for good neither in the facts of who replied nor in notifications.

    To be called under the topic's lock, after the facts that tell profiles of it. Facts of the first post keep it: what
    its author is known for follows from them.
    """

    def change(payload: dict[str, Any]) -> dict[str, Any]:
        ours = payload["title"] == old and not payload.get("is_first")
        return {**payload, "title": topic.told_title} if ours else payload

    retitle_notifications(topic)  # first, as the relay writes notifications before it marks facts as handled
    authors = Post.objects.filter(topic=topic, number__gt=1).values_list("author_id", flat=True)
    rewrite(OF_REPLIES, member_ids=set(authors), key="topic_id", values=[topic.pk], change=change)
