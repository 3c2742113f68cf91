"""Pictures from strangers: read, measured, turned upright, written anew without anything hidden in them."""

from __future__ import annotations

import io
import warnings
from typing import BinaryIO

from django.core.files.base import ContentFile
from django.utils.translation import gettext as _
from PIL import Image, ImageOps, UnidentifiedImageError

from community.kernel.errors import Invalid

MAX_BYTES = 10 * 1024 * 1024
MAX_PIXELS = 50_000_000
FORMATS = ("JPEG", "PNG", "WEBP", "GIF")
QUALITY = 82


def reencode(file: BinaryIO, *, longest_side: int = 2000) -> ContentFile[bytes]:
    """The picture as WebP, at most so many pixels a side, without metadata.

    The type is read from the content, never from the name. Raises Invalid for anything that is not a whole JPEG,
    PNG, WebP or GIF of at most 10 MB and 50 megapixels.
    """
    data = file.read(MAX_BYTES + 1)
    if len(data) > MAX_BYTES:
        raise Invalid(_("The picture is larger than 10 MB."), field="picture")
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


def _written(data: bytes, longest_side: int) -> ContentFile[bytes]:
    with Image.open(io.BytesIO(data), formats=FORMATS) as opened:
        if opened.width * opened.height > MAX_PIXELS:
            raise ValueError("too many pixels")
        opened.load()
        upright = ImageOps.exif_transpose(opened)
        plain = upright.convert("RGBA" if "A" in upright.getbands() or "transparency" in upright.info else "RGB")
    plain.thumbnail((longest_side, longest_side))
    out = io.BytesIO()
    plain.save(out, "WEBP", quality=QUALITY)
    return ContentFile(out.getvalue())
