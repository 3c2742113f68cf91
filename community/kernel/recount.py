"""Numbers that are kept for speed and can be counted anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, OuterRef, QuerySet, Subquery
from django.db.models.functions import Coalesce

Check = Callable[[], list[str]]
Repair = Callable[[], Iterator[int] | None]


@dataclass(frozen=True)
class Recountable:
    """``check`` lists the differences between kept and counted numbers; ``repair`` sets them right.

    A repair of many rows yields, some at a time, how many are done; there is none where nothing here is wrong.
    ``unknown`` says what cannot be counted.
    """

    name: str
    check: Check
    repair: Repair | None
    unknown: Check


_RECOUNTABLES: dict[str, Recountable] = {}


def recountable(name: str, *, check: Check, repair: Repair | None = None, unknown: Check = list) -> None:
    """Have ``manage.py recount`` check these numbers, and repair them where there is a way."""
    _RECOUNTABLES[name] = Recountable(name, check, repair, unknown)


def recountables() -> list[Recountable]:
    """All of them as they were registered: what is counted from other kept numbers comes after these."""
    return list(_RECOUNTABLES.values())


def counted(queryset: QuerySet[Any], key: str) -> Coalesce:
    """How many rows belong to the outer row, by the key that leads to it."""
    rows = queryset.filter(**{key: OuterRef("pk")}).order_by().values(key).annotate(n=Count("pk")).values("n")
    return Coalesce(Subquery(rows), 0)


def lock_rows(rows: QuerySet[Any]) -> None:
    """Lock rows until the transaction ends, in one order: what is counted after it is what others have written."""
    list(rows.select_for_update().order_by("pk").values_list("pk"))
