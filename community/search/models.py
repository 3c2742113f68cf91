"""What the index still has to learn, and how each index stands."""

from __future__ import annotations

from django.db import models


class Mark(models.Model):
    """A document that changed. Append-only, so that writers never wait for each other; gone once it is searchable."""

    index = models.CharField(max_length=40)
    document_id = models.CharField(max_length=80)
    # Seen while a rebuild was running: written to the old index, still to be written to the new one.
    again = models.BooleanField(default=False)
    marked_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        indexes = [models.Index(fields=["index", "again", "id"], name="search_mark_index")]

    def __str__(self) -> str:
        return f"{self.index} {self.document_id}"


class IndexState(models.Model):
    """One row an index: its version counter and who writes to it now.

    ``leased_until`` is a lease, not a lock: a projector that dies is replaced after seconds, and one that wakes up
    late writes an older version, which the engine refuses.
    """

    name = models.CharField(max_length=40, primary_key=True)
    version = models.BigIntegerField(default=0)
    leased_until = models.DateTimeField(null=True)
    rebuilding_until = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.name


class FailedDocument(models.Model):
    """A document the engine refused as it stands; the next change of it is tried again."""

    index = models.CharField(max_length=40)
    document_id = models.CharField(max_length=80)
    error = models.TextField()
    failed_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["index", "document_id"], name="search_failed_once")]

    def __str__(self) -> str:
        return f"{self.index} {self.document_id}"
