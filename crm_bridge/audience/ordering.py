"""A page of an audience in its order: an interest to sort by brings up who has it, and leaves nobody out."""

from __future__ import annotations

from dataclasses import replace

from community.search.api import Query, Result, query
from crm_bridge.audience.line import Line
from crm_bridge.profiles.projector import INDEX


def ordered(asked: Query, line: Line) -> Result:
    """The answer to a question, its page by ``line.sort``. Raises SearchDown and PageOutOfReach.

    The engine sorts by an interest those who have it. The others follow, who was here last first.
    """
    code = line.sort.removeprefix("interest:")
    if code == line.sort or asked.sort:
        return query(INDEX, asked)
    start, end = asked.window
    whole = query(INDEX, replace(asked, page=1, size=1))
    having = query(INDEX, replace(asked, sort=f"-interests:{code}", facets={}))
    ids = list(having.ids)
    if end > having.total:
        before = max(0, start - having.total)
        without = (*asked.none.get("interests", ()), code)
        rest = replace(asked, none={**asked.none, "interests": without}, sort="-active_at", facets={}, page=1)
        ids += query(INDEX, replace(rest, size=end - having.total)).ids[before:]
    return replace(whole, ids=ids, scores=[])
