"""The votes of a Stack Exchange dump."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from forums.importers.common import taken_over
from forums.importers.dump import Row
from forums.importers.values import VOTES, time_of, vote_number
from forums.models import ImportedVote


def take_votes(batch: Sequence[Row], *, source: str, now: datetime) -> tuple[int, int]:
    """Take over the votes among these rows. Returns how many are new, and how many have no place."""
    posts = taken_over(source, "Posts", [row.get("PostId", "") for row in batch])
    votes: dict[tuple[int, int], ImportedVote] = {}
    left_out = 0
    for row in batch:
        value, post_id = VOTES.get(row.get("VoteTypeId", "")), posts.get(row.get("PostId", ""))
        if value is None:
            continue
        if not row.get("Id") or post_id is None:
            left_out += 1
            continue
        external, at = vote_number(row["Id"]), time_of(row, now=now)
        vote = ImportedVote(post_id=post_id, external_id=external, value=value, at=at)
        votes.setdefault((post_id, external), vote)
    posts_voted, numbers = {post_id for post_id, _number in votes}, {number for _post_id, number in votes}
    there = ImportedVote.objects.filter(post__in=posts_voted, external_id__in=numbers)
    known = set(there.values_list("post", "external_id"))
    new = [vote for key, vote in votes.items() if key not in known]
    ImportedVote.objects.bulk_create(new, ignore_conflicts=True)
    return len(new), left_out
