"""What members do not want on their first page."""

from __future__ import annotations

from typing import Any

from django.conf import settings
from django.db import models


class HiddenItemManager(models.Manager["HiddenItem"]):
    """Hidden items by member."""

    def keys_of(self, member: Any) -> set[str]:
        """The keys of what a member does not want to see; none for a guest."""
        return set(self.filter(member=member).values_list("key", flat=True)) if member else set()


class HiddenItem(models.Model):
    """Something a member does not want on their first page. It stays where it is, and can be found and read."""

    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    key = models.CharField(max_length=40)
    at = models.DateTimeField()

    objects = HiddenItemManager()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member", "key"], name="hidden_item_once")]

    def __str__(self) -> str:
        return f"{self.member_id} {self.key}"
