"""The permission ledger and what follows from it."""

from __future__ import annotations

from typing import Any

from django.db import models

from community.consent.enums import Channel, Purpose


class LedgerIsAppendOnly(RuntimeError):
    """Somebody tried to change or delete an entry of the ledger."""


class LedgerQuerySet(models.QuerySet["PermissionEntry"]):
    """Entries are added, never changed."""

    def update(self, **kwargs: Any) -> int:
        """Raise LedgerIsAppendOnly: entries are never changed."""
        raise LedgerIsAppendOnly

    def delete(self) -> tuple[int, dict[str, int]]:
        """Raise LedgerIsAppendOnly: entries are never deleted."""
        raise LedgerIsAppendOnly


class PermissionEntry(models.Model):
    """One yes or no: to what wording, where it was said, when. Append-only, except that erasure unlinks the person.

    An erased member's entries keep a random mark instead of the member, as proof that there was a yes.
    """

    member_id = models.BigIntegerField(null=True, db_index=True)
    erased_mark = models.CharField(max_length=32, blank=True)
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    granted = models.BooleanField()
    text_version = models.CharField(max_length=20)
    source = models.CharField(max_length=40)
    at = models.DateTimeField()

    objects = LedgerQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.purpose}:{self.channel} {'yes' if self.granted else 'no'}"

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Store a new entry. Raises LedgerIsAppendOnly for an old one."""
        if self.pk is not None:
            raise LedgerIsAppendOnly
        super().save(*args, **kwargs)

    def delete(self, *args: Any, **kwargs: Any) -> tuple[int, dict[str, int]]:
        """Raise LedgerIsAppendOnly: entries are never deleted."""
        raise LedgerIsAppendOnly


class Permission(models.Model):
    """What a member permits now: the ledger's last word. Only yes has a row; recomputable."""

    member_id = models.BigIntegerField()
    purpose = models.CharField(max_length=20, choices=Purpose.choices)
    channel = models.CharField(max_length=10, choices=Channel.choices)
    since = models.DateTimeField()
    text_version = models.CharField(max_length=20)
    source = models.CharField(max_length=40)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["member_id", "purpose", "channel"], name="consent_permission")]

    def __str__(self) -> str:
        return f"{self.purpose}:{self.channel}"


class Pause(models.Model):
    """A member wants no contact until a time."""

    member_id = models.BigIntegerField(primary_key=True)
    until = models.DateTimeField()

    def __str__(self) -> str:
        return self.until.isoformat()
