"""Whose community this is: the brand's name, and the files that make it look like theirs."""

from __future__ import annotations

import logging
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from urllib.parse import unquote, urlsplit
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException, ElementTree
from django.conf import settings
from django.templatetags.static import static
from PIL import Image, UnidentifiedImageError

from community.kernel.language import in_language

logger = logging.getLogger("paddock.brand")

TOKENS, MARK = "tokens.css", "mark.svg"
# The file, its type and its sizes for a web app's manifest; the first one that is there is taken.
ICONS = (("icon.svg", "image/svg+xml", "any"), ("icon.png", "image/png", "512x512"))
FILES = (TOKENS, MARK, *(name for name, _type, _sizes in ICONS))
_REFERENCE = re.compile(r"""url\(\s*["']?([^"')]+)|@import\s+["']([^"']+)""")


def brand_name() -> str:
    """The brand's name in the language in use."""
    return str(in_language(settings.PADDOCK_BRAND_ZH, settings.PADDOCK_BRAND))


def brand_file(name: str) -> str:
    """The address of one of the brand's own files; empty where there is none that can be used, and ours is shown."""
    return _address(settings.HOME / "brand", name)


def brand_icon() -> tuple[str, str, str]:
    """Address, type and sizes of the icon of tabs and phones: the brand's, or ours."""
    own = ((brand_file(name), kind, sizes) for name, kind, sizes in ICONS)
    return next((icon for icon in own if icon[0]), (static("img/mark.svg"), "image/svg+xml", "any"))


@cache  # once a process: on every page, and a new file comes with a restart
def _address(folder: Path, name: str) -> str:
    if not (folder / name).exists() or fault_of(folder / name):
        return ""
    try:
        return static(f"brand/{name}")
    except ValueError:  # as long as it was not collected, it is not served
        logger.warning("the brand's %s is not collected yet: manage.py collectstatic", name)
        return ""


def faults(folder: Path) -> Iterator[tuple[Path, str]]:
    """The files of a brand's folder that cannot be used, with what is wrong with each."""
    for path in (folder / name for name in FILES):
        if path.exists() and (fault := fault_of(path)):
            yield path, fault


def fault_of(path: Path) -> str:
    """What is wrong with a file that is there; empty where nothing is."""
    try:
        return {".css": _fault_of_style, ".svg": _fault_of_drawing, ".png": _fault_of_picture}[path.suffix](path)
    except OSError as error:
        return error.strerror or "cannot be read"


def _fault_of_style(path: Path) -> str:
    try:
        text = path.read_text("utf-8")
    except UnicodeDecodeError:
        return "is not UTF-8"
    for found in _REFERENCE.finditer(text):
        address = (found[1] or found[2]).strip()
        parts = urlsplit(address)
        if parts.scheme == "data" or address.startswith("#"):
            continue
        if parts.scheme or parts.netloc or address.startswith("/"):
            return f"names {address}: browsers load nothing from elsewhere, put it into this folder"
        if not (path.parent / unquote(parts.path)).is_file():
            return f"names {address}, which is not there"
    return ""


def _fault_of_drawing(path: Path) -> str:
    try:
        root = ElementTree.fromstring(path.read_bytes())
    except (ParseError, DefusedXmlException, ValueError):
        return "is no SVG that can be read"
    if root.tag != "{http://www.w3.org/2000/svg}svg":
        return "is no SVG that can be read"
    if path.name == MARK and (root.get("id") != "mark" or not root.get("viewBox")):
        return 'needs id="mark" and a viewBox on its svg element'
    return ""


def _fault_of_picture(path: Path) -> str:
    try:
        with Image.open(path, formats=["PNG"]) as picture:
            size = picture.size
            picture.verify()
    except (UnidentifiedImageError, SyntaxError, ValueError, Image.DecompressionBombError):
        return "is no PNG that can be read"
    return "" if size == (512, 512) else "is not 512 by 512 pixels"
