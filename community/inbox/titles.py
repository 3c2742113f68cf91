"""What notifications are about has another title: at once, and again for what a relay wrote in that moment."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime, timedelta

from django.db import transaction
from django.db.models import QuerySet

from community.inbox.models import Notification, Retitled
from community.kernel.api import batched, contributions, now

RETITLED = 500
LONGEST_BATCH = timedelta(hours=1)  # a relay that read the old title has written or given up by then


def retitle(
    titles: Mapping[str, str], *, urls: Mapping[str, str] | None = None, recipients: Collection[int] | None = None
) -> None:
    """What lines are about, by subject, has other titles, and other addresses where the title stands in them.

    Where it is known whose lines these may be, only theirs are read. One call for all that a transaction retitles:
    the lines of several calls are not locked in one order. A relay under way may write the old title after this;
    ``retitle_late`` finds what the slot ``inbox.titles`` calls otherwise.
    """
    _remember(titles)
    parts = [Notification.objects.filter(subject__in=some) for some in batched(sorted(titles), RETITLED)]
    if recipients is not None:
        parts = [part.filter(recipient__in=some) for part in parts for some in batched(sorted(recipients), RETITLED)]
    for subject, keys in _held(parts).items():
        _say(keys, titles[subject], urls[subject] if urls else "")


def _remember(subjects: Iterable[str]) -> None:
    at = now()
    Retitled.objects.bulk_create(
        [Retitled(subject=subject, at=at) for subject in sorted(subjects)],
        batch_size=RETITLED,
        update_conflicts=True,
        unique_fields=["subject"],
        update_fields=["at"],
    )


def _held(parts: Iterable[QuerySet[Notification]]) -> dict[str, list[int]]:
    """Lines of several people by subject, locked in the order in which those who tell them lock theirs."""
    found: dict[str, list[int]] = defaultdict(list)
    for some in batched(sorted(pk for lines in parts for pk in lines.values_list("pk", flat=True)), RETITLED):
        held = Notification.objects.filter(pk__in=some).select_for_update().order_by("pk")
        for pk, subject in held.values_list("pk", "subject"):
            found[subject].append(pk)
    return found


def _say(keys: Collection[int], title: str, url: str) -> None:
    values = {"title": title[:200]} | ({"url": url} if url else {})
    for some in batched(keys, RETITLED):
        Notification.objects.filter(pk__in=some).update(**values)


@transaction.atomic
def retitle_late(*, now: datetime) -> int:
    """Lines that a relay wrote with a title it had read before say the present one. Returns how many.

    The slot ``inbox.titles(kind, ids)`` gives title and address by id; no address leaves a line's own. Subjects that
    are being retitled at this moment are left for the next time.
    """
    rows = Retitled.objects.select_for_update(skip_locked=True).order_by("subject")
    subjects = list(rows.values_list("subject", flat=True))
    changed = sum(_put_right(_present(some)) for some in batched(subjects, RETITLED))
    # Only now: nobody may have looked for longer than that.
    Retitled.objects.filter(at__lt=now - LONGEST_BATCH, subject__in=subjects).delete()
    return changed


def _present(subjects: Iterable[str]) -> dict[str, tuple[str, str]]:
    ids: dict[str, list[int]] = defaultdict(list)
    for subject in subjects:
        kind, _colon, number = subject.partition(":")
        ids[kind].append(int(number))
    told = {kind: contributions("inbox.titles", kind, some) for kind, some in ids.items()}
    return {f"{kind}:{pk}": said for kind, parts in told.items() for part in parts for pk, said in part.items()}


def _put_right(present: Mapping[str, tuple[str, str]]) -> int:
    wrong = []
    lines = Notification.objects.filter(subject__in=present)
    for pk, subject, *said in lines.values_list("pk", "subject", "title", "url"):
        title, url = present[subject]
        if said != [title[:200], url or said[1]]:
            wrong.append(pk)
    for subject, keys in _held([Notification.objects.filter(pk__in=some) for some in batched(wrong, RETITLED)]).items():
        _say(keys, *present[subject])
    return len(wrong)
