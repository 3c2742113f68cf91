"""Pictures from strangers: read, measured, turned upright, written anew without anything hidden in them."""

from __future__ import annotations

import io
import warnings
from threading import BoundedSemaphore
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from community.kernel.errors import Invalid, PaddockError

MAX_BYTES = 10 * 1024 * 1024
# Some 200 MB while a picture is read.
MOST_PIXELS = 24_000_000
MOST_PIXELS_WEBP = 12_500_000  # its decoder holds the picture three times
MOST_PIXELS_IN_ORDER = 64_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
SCALED = {"RGB", "RGBA", "L", "LA", "CMYK"}  # what Pillow makes small without loss of quality
QUALITY = 82
WAIT_SECONDS = 10

_ONE_AT_A_TIME = BoundedSemaphore(1)


class Busy(PaddockError):
    """Others' pictures are being read."""

    status = 503


def reencode(file: BinaryIO, *, longest_side: int = 2000) -> ContentFile[bytes]:
    """The picture as WebP, at most so many pixels a side, without metadata.

    The type is read from the content, never from the name. Raises Invalid for anything that is not a whole JPEG,
    PNG, WebP or GIF of at most 10 MB and 24 megapixels (WebP 12.5, most JPEGs 64), and Busy where others take too
    long. A process reads one picture at a time, and that takes a while: never while a transaction is open.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Invalid(_("The picture is larger than 10 MB."), field="picture")
    if not _ONE_AT_A_TIME.acquire(timeout=WAIT_SECONDS):
        raise Busy(_("Many pictures are arriving. Try again in a minute; what you wrote is still in the form."))
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # damaged metadata is dropped anyway
            warnings.simplefilter("error", Image.DecompressionBombWarning)
            return _written(data, longest_side)
    except (
        *(UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, KeyError, IndexError, TypeError),
        *(OverflowError, MemoryError, Image.DecompressionBombError, Image.DecompressionBombWarning),
    ) as error:
        raise Invalid(
            _("This file is no picture we can read. JPEG, PNG, WebP and GIF work."), field="picture"
        ) from error
    finally:
        _ONE_AT_A_TIME.release()


def _written(data: bytes, longest_side: int) -> ContentFile[bytes]:
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        if opened.width * opened.height > (most := _most_pixels(opened)):
            # Translators: of a picture; one megapixel is a million pixels.
            message = _("The picture has more than %(most)s megapixels. Make it smaller first.")
            raise Invalid(message % {"most": most // 1_000_000}, field="picture")
        ratio = 2 * longest_side / max(opened.size)  # twice as large as it will be: the rest is made small smoothly
        opened.draft(None, (int(opened.width * ratio), int(opened.height * ratio)))
        picture: Image.Image = opened if opened.mode in SCALED else opened.convert(_plain_mode(opened))
        # First made small, then turned and converted: each of those makes a copy.
        picture.thumbnail((longest_side, longest_side))
        upright = ImageOps.exif_transpose(picture)
        plain = upright if upright.mode == _plain_mode(upright) else upright.convert(_plain_mode(upright))
    out = io.BytesIO()
    plain.save(out, "WEBP", quality=QUALITY)
    return ContentFile(out.getvalue())


def _most_pixels(opened: Image.Image) -> int:
    """Photographs whose lines stand in order are made small while they are read, and may be larger."""
    if opened.format == "WEBP":
        return MOST_PIXELS_WEBP
    in_order = opened.format == "JPEG" and not opened.info.get("progressive")
    return MOST_PIXELS_IN_ORDER if in_order else MOST_PIXELS


def _plain_mode(picture: Image.Image) -> str:
    return "RGBA" if "A" in picture.getbands() or "transparency" in picture.info else "RGB"
