"""What keeps text together when it is shown: figures with their units, Chinese without the spaces of its line breaks.

Nothing of it is stored: members' words stay as they typed them.
"""

from __future__ import annotations

import re

NBSP = "\u00a0"
# Without "in": "20 in the box" is no length.
_UNITS = (
    "km/h|kWh|kW|Wh|km|cm|mm|ml|min|mph|mi|ms|kg|kN|kHz|GHz|GB|MB|TB|Nm|Ah|Hz|PS|hp|bar|psi|dB|px|ft|lb|oz|inch"
    "|°C|°F|[mglhstALNVW°%‰€$£¥]"
)
# A unit, the next thousand; and a model that begins with its figure ("4 Touring").
_FIGURE = rf"\d (?=(?:{_UNITS})(?![\w’'])|\d{{3}}(?!\d))|(?<![\d.,])\d (?=[A-Z][a-z])"
_ANY = re.compile(_FIGURE)
_LOOSE = re.compile(rf"<(pre|code)\b.*?</\1>|{_FIGURE}", re.DOTALL)
_HAN = "\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff"
_WIDE = "\u3000-\u303f\uff00-\uff0f\uff1a-\uff20\uff3b-\uff40\uff5b-\uff65"  # 。，：（ and their kin
_SHARED = "“”‘’…—"  # with English, where a space beside them stays
_TORN = re.compile(
    rf"(?<=[{_WIDE}]) (?=[{_HAN}{_WIDE}{_SHARED}])|(?<=[{_HAN}{_SHARED}]) (?=[{_WIDE}])"
    rf"|(?<=[{_SHARED}]) (?=[{_HAN}])|(?<=[{_HAN}]) (?=[{_SHARED}])"
)


def glued(text: str) -> str:
    """The text, or HTML, with figures that no line break parts from what they count ("2 m") or each other ("1 180").

    Code stays as it was typed.
    """
    return _LOOSE.sub(_closer, text) if _ANY.search(text) else text


def _closer(found: re.Match[str]) -> str:
    return found[0] if found[1] else found[0][0] + NBSP


def closed_up(text: str) -> str:
    """Text whose lines were joined by spaces, without them beside Chinese marks, which bring their own room.

    Between two characters the space stays: there it is the only sign that a line ended.
    """
    return _TORN.sub("", text)
