"""What came from other systems, and as what."""

from __future__ import annotations

from django.db import models

from community.kernel.api import keyed_hashes
from forums.models.posts import Post


class Imported(models.Model):
    """Which thing of another system became which thing here; makes an import resumable and repeatable."""

    PEOPLE = ("Users", "Authors")  # the kinds that stand for members

    source = models.CharField(max_length=80)
    kind = models.CharField(max_length=20)
    external_id = models.CharField(max_length=80)
    local_id = models.BigIntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["external_id", "kind", "source"], name="imported_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.kind} {self.external_id}"

    @staticmethod
    def keyed_hashes(source: str, kind: str, external_id: str) -> list[str]:
        """What stands for the id of something of an erased member, leading back to nobody: the one to keep is first."""
        marks = keyed_hashes("paddock.forums.imported", f"{source}\0{kind}\0{external_id}")
        return [f"erased:{mark[:40]}" for mark in marks]


class ImportedVote(models.Model):
    """A vote of an imported forum, up or down; other kinds are not taken over."""

    post = models.ForeignKey(Post, on_delete=models.CASCADE, related_name="imported_votes")
    external_id = models.BigIntegerField()
    value = models.SmallIntegerField()
    at = models.DateTimeField()

    class Meta:
        # Two dumps number their votes alike, so the number alone is not enough.
        constraints = [models.UniqueConstraint(fields=["post", "external_id"], name="imported_vote_once")]

    def __str__(self) -> str:
        return f"{self.post_id} {self.value:+}"


class ImportedFigure(models.Model):
    """A number another system's export states about itself, to be counted again here."""

    source = models.CharField(max_length=80)
    name = models.CharField(max_length=20)
    external_id = models.CharField(max_length=80)
    value = models.IntegerField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["source", "name", "external_id"], name="imported_figure_once")]

    def __str__(self) -> str:
        return f"{self.source} {self.name} {self.external_id}: {self.value}"
