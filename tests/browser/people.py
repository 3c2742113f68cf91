"""Who lives on the site the browser tests visit."""

from __future__ import annotations

import io
from dataclasses import dataclass

from PIL import Image

PASSWORD = "correct horse"


@dataclass(frozen=True)
class Person:
    username: str
    name: str
    language: str = "en"
    role: str = ""

    @property
    def email(self) -> str:
        return f"{self.username}@example.org"


PEOPLE = {
    one.username: one
    for one in (
        Person("maja", "Maja"),
        Person("otto", "Otto"),
        Person("lin", "小林", "zh-hans"),
        Person("of-brand", "Brand", role="brand_manager"),
        Person("of-market", "Market", role="marketer"),
        Person("of-answers", "Answers", role="service_agent"),
        Person("zhou", "小周", "zh-hans", role="brand_manager"),
        Person("wu", "小吴", "zh-hans", role="marketer"),
        Person("zheng", "小郑", "zh-hans", role="service_agent"),
    )
}

# Who does the same in Chinese: a page speaks the language of whoever is signed in.
IN_CHINESE = {"otto": "lin", "maja": "lin", "of-brand": "zhou", "of-market": "wu", "of-answers": "zheng"}


def speaker(who: str, language: str) -> str:
    """The person who reads this language."""
    return IN_CHINESE[who] if language == "zh-hans" else who


def _picture() -> bytes:
    out = io.BytesIO()
    Image.new("RGB", (60, 40), "red").save(out, "JPEG")
    return out.getvalue()


PICTURE = {"name": "roof.jpg", "mimeType": "image/jpeg", "buffer": _picture()}
