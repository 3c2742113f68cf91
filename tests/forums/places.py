"""Boards, topics and pictures for tests."""

from __future__ import annotations

import io
from datetime import datetime, timedelta
from itertools import count

from django.core.files.uploadedfile import SimpleUploadedFile
from PIL import Image

from forums.api import Board, Topic, ensure_board, open_topic, write_post
from forums.models import Post
from tests.people import THEN, member

_NUMBERS = count(1)


def board(slug: str = "", *, readers: str = "public", club_slug: str = "") -> Board:
    slug = slug or f"board{next(_NUMBERS)}"
    return ensure_board(slug=slug, title_en=slug.title(), title_zh=f"{slug}版", readers=readers, club_slug=club_slug)


def topic(*, author=None, where: Board | None = None, title: str = "Roof racks", now: datetime = THEN) -> Topic:
    return open_topic(
        author=author or member(), board=where or board(), title=title, source="Which one do you use?", now=now
    )


def reply(to: Topic, *, author=None, source: str = "The steel one.", now: datetime | None = None) -> Post:
    return write_post(author=author or member(), topic=to, source=source, now=now or THEN + timedelta(hours=1))


def first_post(of: Topic) -> Post:
    return Post.objects.get(topic=of, number=1)


def many_posts(to: Topic, number: int) -> None:
    """Replies written straight into the table, for pages far down a topic."""
    people = [member() for _ in range(5)]
    rows = [
        Post(
            topic=to,
            author=people[at % 5],
            number=at,
            source=f"post {at}",
            html=f"<p>post {at}</p>",
            text=f"post {at}",
            written_at=THEN + timedelta(minutes=at),
        )
        for at in range(to.last_number + 1, number + 1)
    ]
    Post.objects.bulk_create(rows)
    Topic.objects.filter(pk=to.pk).update(
        last_number=number, post_count=number, last_post_at=THEN + timedelta(minutes=number), last_author=people[0]
    )
    to.refresh_from_db()


def picture(*, size: tuple[int, int] = (60, 40), form: str = "JPEG", name: str = "car.jpg", **options):
    """An uploaded picture; options go to Pillow, for example exif."""
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, form, **options)
    return SimpleUploadedFile(name, out.getvalue(), content_type="image/jpeg")
