"""Pictures from strangers: never more than so much memory, one at a time, and never while a row is locked."""

import io
import subprocess
import sys
from pathlib import Path

import pytest
from django.db import connection
from PIL import Image

from community.kernel import images
from community.kernel.api import Invalid
from community.kernel.images import Busy, reencode
from forums.services import store_picture
from ideas.services import edit_idea, submit_idea
from tests.contests import SUBMISSION, contest
from tests.forums.places import picture
from tests.people import member

# What reading pictures adds to the memory of a process, at most.
MEASURE = """
import resource, sys
import django
django.setup()
from community.kernel.images import reencode
before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
for path in sys.argv[1:]:
    with open(path, "rb") as file:
        reencode(file)
print((resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before) // 1024)
"""
MOST_MEGABYTES = 260
LARGE = [
    ("RGB", "PNG", (6000, 4000), {}),
    ("RGBA", "PNG", (6000, 4000), {}),
    ("P", "GIF", (6000, 4000), {}),
    ("RGBA", "WEBP", (4080, 3060), {"lossless": True, "method": 0}),
    ("RGB", "JPEG", (6000, 4000), {"progressive": True}),
    ("RGB", "JPEG", (8160, 6120), {}),
]


def made(mode, form, size, **options):
    file = io.BytesIO()
    Image.new(mode, size).save(file, form, **options)
    file.seek(0)
    return file


def test_the_largest_pictures_take_so_much_memory(tmp_path):
    paths = [tmp_path / str(number) for number in range(len(LARGE))]
    for path, (mode, form, size, options) in zip(paths, LARGE, strict=True):
        path.write_bytes(made(mode, form, size, **options).read())
    done = subprocess.run(
        [sys.executable, "-c", MEASURE, *map(str, paths)],
        check=True,
        cwd=Path(__file__).parents[3],
        env={"DJANGO_SETTINGS_MODULE": "community.settings.test", "PADDOCK_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
    )
    assert int(done.stdout.split()[-1]) < MOST_MEGABYTES


@pytest.mark.parametrize(
    ("mode", "form", "size", "options"),
    [
        ("1", "PNG", (6001, 4000), {}),
        ("P", "GIF", (6001, 4000), {}),
        ("RGB", "WEBP", (4170, 3000), {"lossless": True, "method": 0}),
        ("L", "JPEG", (6001, 4000), {"progressive": True}),
        ("L", "JPEG", (8010, 8000), {}),
    ],
)
def test_a_larger_one_is_refused_before_it_is_read(mode, form, size, options, monkeypatch):
    monkeypatch.setattr("PIL.ImageFile.ImageFile.load", lambda self: pytest.fail("it was read"))
    with pytest.raises(Invalid, match="megapixels"):
        reencode(made(mode, form, size, **options))


def test_a_picture_is_made_small_turned_upright_and_keeps_nothing_hidden():
    exif = Image.Exif()
    exif[0x0112] = 6  # lies on its side
    exif[0x010F] = "maker"
    written = Image.open(reencode(made("RGB", "JPEG", (4000, 1000), exif=exif)))
    assert (written.size, written.format, written.mode) == ((500, 2000), "WEBP", "RGB")
    assert not written.getexif() and "exif" not in written.info


@pytest.mark.parametrize("mode", ["1", "L", "LA", "P", "RGB", "RGBA", "I;16"])
def test_a_picture_of_any_kind_is_taken(mode):
    for size in ((10, 10), (3000, 30)):
        written = Image.open(reencode(made(mode, "PNG", size)))
        assert written.size == (size if size[0] < 2000 else (2000, 20))
        assert written.mode == ("RGBA" if mode in {"LA", "RGBA"} else "RGB")


def test_what_shines_through_still_does():
    file = io.BytesIO()
    image = Image.new("P", (3000, 30))
    image.putpalette([255, 0, 0, 0, 255, 0])
    image.save(file, "PNG", transparency=0)
    file.seek(0)
    written = Image.open(reencode(file)).convert("RGBA")
    assert written.getpixel((5, 5))[3] == 0


def test_one_picture_is_read_at_a_time(monkeypatch):
    monkeypatch.setattr(images, "WAIT_SECONDS", 0.01)
    with images._ONE_AT_A_TIME, pytest.raises(Busy) as refused:
        reencode(picture())
    assert refused.value.status == 503
    reencode(picture())
    with pytest.raises(Invalid):
        reencode(io.BytesIO(b"none"))
    reencode(picture())


@pytest.mark.django_db(transaction=True)
def test_nothing_is_locked_while_a_picture_is_read(monkeypatch, now):
    seen = []

    def watched(file):
        seen.append(connection.in_atomic_block)
        return reencode(file)

    for module in ("forums.services.pictures", "ideas.services.proposals"):
        monkeypatch.setattr(f"{module}.reencode", watched)
    maja, better = member("maja"), contest()
    store_picture(member=maja, file=picture(), now=now)
    values = {"author": maja, "title": "A ramp", "source": "It folds.", "now": SUBMISSION}
    made_idea = submit_idea(contest=better, picture=picture(), **values)
    edit_idea(idea=made_idea, picture=picture(), **values)
    assert seen == [False] * 3
