"""What was deleted, in words: whether its author did that or a moderator."""

from __future__ import annotations

from django.utils.translation import gettext as _

from community.kernel.api import Gone
from forums.models import Post, Topic


def gone_topic(topic: Topic) -> Gone:
    """The refusal of a topic that is deleted: its first post says by whom."""
    first = Post.objects.filter(topic=topic, number=1).only("author_id", "deleted_by_id").first()
    removed = first is not None and first.removed
    return Gone(_("This topic was removed by a moderator.") if removed else _("This topic was deleted."))


def gone_post(post: Post) -> Gone:
    """The refusal of a post that is deleted."""
    return Gone(_("This post was removed by a moderator.") if post.removed else _("This post was deleted."))
