"""An erased member in the forums: what they wrote stays without a name, and what others wrote loses the name."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db.models import F
from django.utils import translation
from django.utils.translation import gettext as _

from community.inbox.api import announce, retitle
from community.kernel import markup, redaction
from community.kernel.api import batched, publish_many, rewrite
from community.kernel.plain import language_of, own_words, plain_text
from community.members.api import Member, members_named, space_url
from community.search.api import mark_content
from forums.enums import ReactionKind
from forums.facts import PostEdited, PostRedacted, PostRestored, PostWritten, RepliesRetitled, TopicOpened
from forums.models import (
    GONE,
    BoardRead,
    Imported,
    PictureUse,
    Post,
    PostRevision,
    Reaction,
    ReadState,
    Reference,
    Topic,
    Upload,
    topic_slug,
)
from forums.picture_uses import forget_pictures_of

BATCH = 200
TEXTS = (TopicOpened, PostWritten, PostEdited, PostRestored, PostRedacted)
MOST_TITLE = Topic._meta.get_field("title").max_length
TABLES = "comments:"  # imports whose ids may be names


@dataclass
class Changed:
    """What readers and the index have to see anew."""

    topics: set[int] = field(default_factory=set)
    posts: set[int] = field(default_factory=set)
    titles: dict[int, str] = field(default_factory=dict)
    facts: set[int] = field(default_factory=set)


def erase_from_forums(member_id: int, *, now: datetime) -> None:
    """Take a member out, in the caller's transaction, while the member still bears the name.

    Topics are locked first and in one order, as everything that changes posts locks them.
    """
    named = sorted(Reference.objects.filter(member_id=member_id).values_list("post_id", flat=True))
    _lock_topics(member_id, named)
    changed = Changed()
    _take_back_reactions(member_id)
    ReadState.objects.filter(member_id=member_id).delete()
    BoardRead.objects.filter(member_id=member_id).delete()
    PostRevision.objects.filter(post__author_id=member_id).delete()
    _blank_what_was_deleted(member_id, changed)
    _remove_pictures(member_id, changed)
    _unlink_imports(member_id)
    for posts in batched(named, BATCH):
        _take_name_out(posts, member_id, changed)
        Reference.objects.filter(member_id=member_id, post__in=posts).delete()  # others came meanwhile: late.py
    _retitle(changed)
    _tell(changed, member_id, now=now)


def _lock_topics(member_id: int, named: Sequence[int]) -> None:
    batches = [Post.objects.filter(pk__in=batch).values_list("topic_id") for batch in batched(named, BATCH)]
    posts = [post for batch in batches for post in batch]
    reacted = Reaction.objects.filter(member_id=member_id).values_list("post__topic_id")
    pictured = _pictured(member_id).values_list("topic_id")
    deleted = Topic.objects.filter(author_id=member_id).exclude(deleted_at=None).values_list("pk")
    for batch in batched(sorted({topic_id for (topic_id,) in (*posts, *reacted, *pictured, *deleted)}), BATCH):
        list(Topic.objects.select_for_update().filter(pk__in=batch).order_by("pk").values_list("pk"))


def _take_back_reactions(member_id: int) -> None:
    mine = Reaction.objects.filter(member_id=member_id)
    for kind, column in ((kind, f"{kind}_count") for kind in ReactionKind.values):
        Post.objects.filter(pk__in=mine.filter(kind=kind).values("post_id")).update(**{column: F(column) - 1})
    mark_content("post", mine.filter(post__number__gt=1).values_list("post_id", flat=True))
    shown = mine.filter(kind=ReactionKind.USEFUL, post__deleted_at=None)  # a topic counts what it shows
    useful = Counter(shown.values_list("post__topic_id", flat=True))
    for count in sorted(set(useful.values())):
        for topics in batched((topic_id for topic_id, times in useful.items() if times == count), BATCH):
            Topic.objects.filter(pk__in=topics).update(useful_count=F("useful_count") - count)
            mark_content("topic", topics)
    mine.delete()


def _blank_what_was_deleted(member_id: int, changed: Changed) -> None:
    """What a member, or a moderator, deleted is not shown: nothing of it stays, nor of its title with who replied."""
    Post.objects.filter(author_id=member_id).exclude(deleted_at=None).update(source="", html="", text="")
    gone = Topic.objects.filter(author_id=member_id).exclude(deleted_at=None)
    changed.titles |= dict.fromkeys(gone.values_list("pk", flat=True), GONE)
    gone.update(title=GONE, tags=[])


def forget_deleted(post: Post, *, now: datetime) -> None:
    """Leave nothing of a post that is deleted after its author was erased, nor of its title with who replied.

    To be called in the transaction of the deletion, with its topic held.
    """
    changed = Changed()
    Post.objects.filter(pk=post.pk).update(source="", html="", text="")
    PostRevision.objects.filter(post=post).delete()
    PictureUse.objects.filter(post=post).delete()
    if post.number == 1:
        Topic.objects.filter(pk=post.topic_id).update(tags=[])
        changed.titles[post.topic_id] = GONE
    _retitle(changed)  # first, as the relay writes notifications before it marks facts as handled
    # A moderator's edit after the erasure is a fact of the author's, too.
    rewrite(TEXTS, member_ids=[post.author_id], key="post_id", values=[post.pk], change=_blank)
    _tell(changed, post.author_id, now=now)


def _blank(payload: dict[str, Any]) -> dict[str, Any]:
    return {**payload, "title": GONE, "text": "", **({"tags": []} if "tags" in payload else {})}


def _pictured(member_id: int) -> Any:
    return Post.objects.filter(author_id=member_id, source__contains=settings.MEDIA_URL)


def _remove_pictures(member_id: int, changed: Changed) -> None:
    """Pictures go, from the disk and from the member's own posts."""
    urls = {upload.file.url for upload in Upload.objects.filter(member_id=member_id)}
    posts = list(_pictured(member_id).order_by("pk"))
    people = people_in(post.source for post in posts)
    for post in posts:
        with translation.override(language_of(post.text)):
            word = _("(picture removed)")
        source = redaction.without_pictures(post.source, urls=urls, word=word)
        if source != post.source:
            write_anew(post, source, people)
            changed.posts.add(post.pk)
    Post.objects.bulk_update(posts, ["source", "html", "text"], batch_size=BATCH)
    forget_pictures_of(member_id)


def people_in(sources: Iterable[str]) -> dict[str, int]:
    """Who is meant by the names in these texts."""
    names = {name for source in sources for name in markup.read(source).named}
    return members_named(names) if names else {}


def write_anew(post: Post, source: str, people: dict[str, int]) -> None:
    """Have a post that is not saved yet say something, with links to these people."""
    parsed = markup.read(source)
    post.source = source
    post.html = parsed.html(mentions={name: space_url(name) for name in parsed.mentioned if name in people})
    post.text = plain_text(post.html)


def _unlink_imports(member_id: int) -> None:
    """The ids another system had for the member lead there; what stands for them only says "not again"."""
    people = Imported.objects.filter(kind__in=Imported.PEOPLE, local_id=member_id)
    written = Imported.objects.filter(
        source__startswith=TABLES, kind="Comments", local_id__in=Post.objects.filter(author_id=member_id).values("pk")
    )
    rows = [*people, *written]
    for row in rows:
        row.external_id = Imported.keyed_hashes(row.source, row.kind, row.external_id)[0]
    Imported.objects.bulk_update(rows, ["external_id"], batch_size=BATCH)


def _take_name_out(ids: list[int], member_id: int, changed: Changed) -> None:
    posts = list(Post.objects.filter(pk__in=ids).select_related("topic").order_by("pk"))
    revisions = list(PostRevision.objects.filter(post_id__in=ids).select_related("post"))
    titles = {post.topic_id: post.topic.title for post in posts if post.number == 1}
    texts = [*(post.source for post in posts), *(one.source for one in revisions)]
    people = people_in([*texts, *titles.values(), *(one.title for one in revisions)])
    names = {name for name, bearer in people.items() if bearer == member_id}
    others = {name: bearer for name, bearer in people.items() if bearer != member_id}
    quoted = _quoted_of(member_id, texts)
    heads: dict[int, set[str]] = defaultdict(set)
    retitled: set[int] = set()
    for one in revisions:
        heads[one.post_id].update(redaction.quotation_heads(one.source, quoted))
        one.source = redaction.without_names(one.source, names=names, posts=quoted, word=_word(one.post))
        title = _title(one.title, names, one.post)
        retitled |= {one.post_id} if title != one.title else set()
        one.title = title
    for post in posts:
        heads[post.pk].update(redaction.quotation_heads(post.source, quoted))
        source = redaction.without_names(post.source, names=names, posts=quoted, word=_word(post))
        if source != post.source:
            write_anew(post, source, others)
            changed.posts.add(post.pk)
    PostRevision.objects.bulk_update(revisions, ["title", "source"], batch_size=BATCH)
    Post.objects.bulk_update(posts, ["source", "html", "text"], batch_size=BATCH)
    words = {post.pk: _word(post) for post in posts}

    def plain(post: int, text: str) -> str:
        return redaction.without_words(text, names=names, heads=heads[post], word=words[post])

    changed.titles |= _new_titles(posts, names, retitled)
    changed.facts |= change_facts(posts, member_id, plain)


def _word(post: Post) -> str:
    """What stands where the name stood, in the language of the post."""
    with translation.override(language_of(post.text or post.source)):
        return _("former member")


def _quoted_of(member_id: int, sources: Iterable[str]) -> set[int]:
    cited = {post for source in sources for post in markup.read(source).cited}
    return set(Post.objects.filter(pk__in=cited, author_id=member_id).values_list("pk", flat=True)) if cited else set()


def _new_titles(posts: Iterable[Post], names: Collection[str], retitled: Collection[int]) -> dict[int, str]:
    """The titles without the name; what says an older title with the name in it says the present one from now on."""
    found = {}
    for post in posts:
        title = _title(post.topic.title, names, post)
        if post.number == 1 and (title != post.topic.title or post.pk in retitled):
            found[post.topic_id] = title
    return found


def _title(title: str, names: Collection[str], post: Post) -> str:
    return redaction.without_words(title, names=names, heads=(), word=_word(post))[:MOST_TITLE]


def change_facts(posts: Collection[Post], member_id: int, plain: Callable[[int, str], str]) -> set[int]:
    """Take the name out of what the posts' facts say. Returns the posts of which a fact says something else now."""

    def change(payload: dict[str, Any]) -> dict[str, Any]:
        new = {**payload, "text": plain(payload["post_id"], payload["text"])}
        for key in ("mentioned_ids", "quoted_ids"):
            if key in new:
                new[key] = [one for one in new[key] if one != member_id]
        return new

    ids, authors = [post.pk for post in posts], {post.author_id for post in posts}
    found = rewrite(TEXTS, member_ids=authors, key="post_id", values=ids, change=change)
    return {payload["post_id"] for payload in found}


def _retitle(changed: Changed) -> None:
    """A title with the name in it stands in many places."""
    retitle({f"topic:{topic_id}": title for topic_id, title in changed.titles.items()})
    for topic_id, title in changed.titles.items():

        def change(payload: dict[str, Any], title: str = title) -> dict[str, Any]:
            return payload if payload["title"] == GONE else {**payload, "title": title}

        Topic.objects.filter(pk=topic_id).update(title=title, slug=topic_slug(title))
        authors = set(Post.objects.filter(topic_id=topic_id).values_list("author_id", flat=True))
        found = rewrite((*TEXTS, RepliesRetitled), member_ids=authors, key="topic_id", values=[topic_id], change=change)
        for payload in found:
            changed.facts.update(payload.get("post_ids") or [payload["post_id"]])
        changed.topics.add(topic_id)


def _tell(changed: Changed, member_id: int, *, now: datetime) -> None:
    """The index, open pages and profiles follow."""
    facts = []
    for ids in batched(sorted(changed.posts | changed.facts), BATCH):
        posts = list(Post.objects.filter(pk__in=ids).select_related("topic").order_by("pk"))
        seen = [post for post in posts if post.pk in changed.posts]
        changed.topics |= {post.topic_id for post in seen}
        mark_content("post", [post.pk for post in seen if post.number > 1])
        erased = set(
            Member.objects.filter(pk__in={post.author_id for post in posts})
            .exclude(erased_at=None)
            .values_list("pk", flat=True)
        )
        told = [post for post in posts if post.pk in changed.facts and post.author_id not in {*erased, member_id}]
        facts += [(_fact(post), now) for post in told]
    publish_many(facts)
    for ids in batched(sorted(changed.topics), BATCH):
        mark_content("topic", ids)
        Topic.objects.filter(pk__in=ids).update(sequence=F("sequence") + 1)
        for topic in Topic.objects.filter(pk__in=ids).order_by("pk"):
            announce(topic.channel, kind="edit", sequence=topic.sequence)


def _fact(post: Post) -> PostRedacted:
    return PostRedacted(
        member_id=post.author_id,
        topic_id=post.topic_id,
        post_id=post.pk,
        title=post.topic.told_title,
        text=own_words(post.html)[: markup.FACT_TEXT],
        is_first=post.number == 1,
        tags=post.topic.told_tags if post.number == 1 else (),
    )
