"""What visitors looked for. Published only under the profiling permission."""

from __future__ import annotations

from dataclasses import dataclass
from typing import ClassVar

from community.kernel.api import Fact


@dataclass(frozen=True, kw_only=True)
class SiteSearched(Fact):
    """A member searched the site; ``words`` as typed."""

    name: ClassVar[str] = "traces.site.searched"
    words: str
    found: int


@dataclass(frozen=True, kw_only=True)
class ReferrerSearched(Fact):
    """A member came from a search engine that passed the words on."""

    name: ClassVar[str] = "traces.referrer.searched"
    words: str
    engine: str
