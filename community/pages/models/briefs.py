"""What a contest's brief may say: it belongs to a contest, and what members voted under is not said otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext_lazy as _

from community.kernel.api import contributions, in_language

FIXED = ("prize", "rules")


def brief_problems(page: Any, *, hold: bool = False) -> dict[str, Any]:
    """What is wrong with a contest page, by field. With ``hold`` nobody votes in its contests meanwhile."""
    return _unknown(page.contest_slug) or _changed(page, hold=hold)


def _unknown(slug: str) -> dict[str, Any]:
    missing = contributions("contest.unknown", slug) if slug else []
    if not missing:
        return {}
    near = in_language("、", ", ").join(like for one in missing for like in one["near"])
    if near:
        return {"contest_slug": _("There is no contest with this address. Similar ones: %(near)s") % {"near": near}}
    return {"contest_slug": _("There is no contest with this address.")}


def _changed(page: Any, *, hold: bool) -> dict[str, Any]:
    published = type(page).objects.filter(first_published_at__isnull=False)
    kept = published.filter(pk=page.pk).first() if page.pk else None
    slugs = {slug for slug in (page.contest_slug, kept.contest_slug if kept else "") if slug}
    frozen = {slug for part in contributions("contest.frozen", slugs, hold=hold) for slug in part} if slugs else set()
    if kept and kept.contest_slug in frozen - {page.contest_slug}:
        return {"contest_slug": _("Somebody has voted in this contest: its brief stays with it.")}
    if page.contest_slug not in frozen:
        return {}
    if kept and kept.contest_slug == page.contest_slug:
        return _otherwise(page, [kept])
    # A page that comes later, as in another language, says what members have read, word for word.
    return _otherwise(page, published.filter(contest_slug=page.contest_slug).exclude(pk=page.pk) or [type(page)()])


def _otherwise(page: Any, said: Sequence[Any]) -> dict[str, Any]:
    """The fields that say something else than each of these pages; spaces aside, which forms change."""
    changed = [[name for name in FIXED if getattr(page, name).split() != getattr(one, name).split()] for one in said]
    fewest: list[str] = min(changed, key=len)
    return dict.fromkeys(fewest, _("Somebody has voted: this stays as members have read it before they did."))
