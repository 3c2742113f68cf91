"""What editors schedule is published and withdrawn in its time."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from wagtail.models import Page, Revision

from community.kernel.api import PaddockError, each_minute, is_connection_lost, now

logger = logging.getLogger("paddock.pages")


@each_minute
def keep_schedule() -> int:
    """Withdraw the pages whose time is over, and publish those whose time has come. Returns how many."""
    at = now()
    over = Page.objects.filter(live=True, expire_at__lt=at).order_by("expire_at", "pk")
    due = Revision.objects.filter(approved_go_live_at__lt=at).order_by("approved_go_live_at", "pk")
    return _each(over, _withdraw) + _each(due, _publish)


def _each(waiting: QuerySet[Any], do: Callable[[Any], object]) -> int:
    """Do something to each page or revision that waits, in a transaction of its own. Returns how many it was done to.

    One that fails is logged and stops none of the others; two relays do each once.
    """
    done = 0
    for key in list(waiting.values_list("pk", flat=True)):
        try:
            with transaction.atomic():
                thing = waiting.select_for_update().filter(pk=key).first()
                if thing is not None:
                    do(thing)
                    done += 1
        except Exception as error:
            if is_connection_lost(error):
                raise
            logger.exception("not done as scheduled", extra={"what": waiting.model.__name__, "number": key})
    return done


def _withdraw(page: Any) -> None:
    page.unpublish(set_expired=True, log_action="wagtail.unpublish.scheduled")


def _publish(revision: Any) -> None:
    """Publish what was planned. What may not be published by now is not tried each minute: it stays a draft."""
    try:
        with transaction.atomic():
            revision.publish(log_action="wagtail.publish.scheduled")
    except PaddockError as error:
        revision.approved_go_live_at = None
        revision.save(update_fields=["approved_go_live_at"])
        logger.warning("not published as scheduled: %s", error.message, extra={"number": revision.pk})
