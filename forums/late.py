"""What was written while somebody was being erased, and names or concerns them all the same."""

from __future__ import annotations

from collections.abc import Collection

from forums.erasure import BATCH, change_facts, people_in, write_anew
from forums.models import Post, ReadState, Reference, Topic


def forget_late(member_ids: Collection[int]) -> None:
    """Take the links to erased members out of texts that were kept while they were being erased, and what they read.

    To write and to look at a page waits for no erasure. Topics that are held just now are left for the next time.
    """
    ReadState.objects.filter(member_id__in=member_ids).delete()
    late = Reference.objects.filter(member_id__in=member_ids)
    named = dict(late.order_by("pk").values_list("post_id", "post__topic_id")[:BATCH])
    if not named:
        return
    topics = Topic.objects.select_for_update(skip_locked=True).filter(pk__in=set(named.values())).order_by("pk")
    free = set(topics.values_list("pk", flat=True))
    posts = list(Post.objects.filter(pk__in=[pk for pk, topic_id in named.items() if topic_id in free]).order_by("pk"))
    people = people_in(post.source for post in posts)
    for post in posts:
        write_anew(post, post.source, people)
    Post.objects.bulk_update(posts, ["html", "text"])
    for member_id in member_ids:
        change_facts(posts, member_id, lambda _post, text: text)
    late.filter(post__in=posts).delete()
