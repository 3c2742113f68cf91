"""Who lives on the site the browser tests visit."""

from __future__ import annotations

from dataclasses import dataclass

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
    )
}
