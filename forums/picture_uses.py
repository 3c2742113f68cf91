"""Which posts name which pictures: by it a picture is shown, withheld, or removed for good."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import Any

from django.db.models import Exists, Q

from community.kernel import markup
from community.kernel.api import batched, contributions, forget_files
from community.members.api import Role, has_role
from forums.models import FOLDER, PictureUse, Post, PostRevision, Upload

BATCH = 500


def note_pictures(post: Post, *, before: str = "") -> None:
    """Remember which pictures a post names as it stands, and which it named ``before``. Under its topic's lock."""
    now, then = markup.pictures_in(post.source), markup.pictures_in(before)
    named = [name for name in _held(now | then) if name in now]
    if then:
        PictureUse.objects.filter(post=post).exclude(name__in=named).update(present=False)
    PictureUse.objects.bulk_create(
        [PictureUse(post=post, name=name, present=True) for name in named],
        update_conflicts=True,
        unique_fields=["name", "post"],
        update_fields=["present"],
    )


def forget_pictures(post: Post, text: str) -> None:
    """Remove the pictures of a text that was taken out for good, but those a post names still, in any version.

    To be called under the topic's lock, once the text is gone.
    """
    named = markup.pictures_in(text)
    if not named:
        return
    revisions = PostRevision.objects.filter(post=post).values_list("source", flat=True)
    left = {name for source in (post.source, *revisions) for name in markup.pictures_in(source)}
    gone = _held(named - left)
    PictureUse.objects.filter(post=post, name__in=gone).delete()
    elsewhere = set(PictureUse.objects.filter(name__in=gone).values_list("name", flat=True))
    unnamed = [name for name in gone if name not in elsewhere | _shown_elsewhere(gone)]
    forget_files(unnamed)
    Upload.objects.filter(file__in=unnamed).delete()


def forget_pictures_of(member_id: int) -> None:
    """Remove what a member uploaded, and what is known of the pictures in texts of theirs that are gone."""
    mine = Upload.objects.filter(member_id=member_id)
    names = list(mine.values_list("file", flat=True))
    forget_files(names)
    mine.delete()
    for some in batched(names, BATCH):
        PictureUse.objects.filter(name__in=some).delete()
    gone = Q(present=False) | ~Q(post__deleted_at=None)  # old versions, and posts that were deleted
    PictureUse.objects.filter(gone, post__author_id=member_id).delete()


def _held(names: Collection[str]) -> list[str]:
    """Those of the names that pictures have, held until the transaction ends.

    So a picture is either named by a new post before it is found to be named by none, or already removed.
    """
    if not names:
        return []
    held = Upload.objects.select_for_update(no_key=True).filter(file__in=names).order_by("pk")
    return list(dict.fromkeys(held.values_list("file", flat=True)))


def _shown_elsewhere(names: Collection[str]) -> set[str]:
    """Those of the names that something other than a post shows ("pictures.shown")."""
    return {name for found in contributions("pictures.shown", names) for name in found} if names else set()


def who_sees(path: str) -> Callable[[Any], bool] | None:
    """A picture that nothing shown names is for who uploaded it, and for moderators; any other for everybody."""
    if not path.startswith(FOLDER):
        return None
    shown = PictureUse.objects.filter(name=path, present=True, post__deleted_at=None, post__topic__deleted_at=None)
    found = Upload.objects.filter(file=path).annotate(shown=Exists(shown)).values_list("member_id", "shown").first()
    if found is None or found[1] or _shown_elsewhere([path]):
        return None
    owner = found[0]
    return lambda viewer: (viewer.pk is not None and viewer.pk == owner) or has_role(viewer, Role.MODERATOR)
