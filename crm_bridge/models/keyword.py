"""The controlled vocabulary in two languages, and terms proposed for it."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.utils.translation import gettext_lazy as _

from community.kernel.api import Bilingual


class KeywordKind(models.TextChoices):
    """What a keyword is about."""

    MODEL = "model", _("Model")
    PART = "part", _("Part")
    TOPIC = "topic", _("Subject")
    ACTIVITY = "activity", _("Activity")


class Keyword(models.Model):
    """One thing people care about, whatever they call it."""

    code = models.SlugField(_("code"), max_length=40, primary_key=True)
    name_en = models.CharField(_("name (English)"), max_length=60)
    name_zh = models.CharField(_("name (Chinese)"), max_length=60)
    name = Bilingual()
    kind = models.CharField(_("kind"), max_length=10, choices=KeywordKind.choices)
    active = models.BooleanField(_("used"), default=True)

    class Meta:
        ordering = ["kind", "code"]
        verbose_name = _("keyword")
        verbose_name_plural = _("keywords")

    def __str__(self) -> str:
        return self.name


class Synonym(models.Model):
    """Another word for a keyword. An exclusion is a longer term that contains one and means something else."""

    keyword = models.ForeignKey(Keyword, on_delete=models.CASCADE, related_name="synonyms")
    text = models.CharField(_("text"), max_length=60)
    exclusion = models.BooleanField(_("means something else"), default=False)

    class Meta:
        ordering = ["text"]
        constraints = [models.UniqueConstraint(fields=["keyword", "text"], name="synonym_once")]

    def __str__(self) -> str:
        return self.text


class VocabularyVersion(models.Model):
    """Counts changes of the vocabulary, so that every process knows when its matcher is old."""

    number = models.PositiveIntegerField(default=1)

    def __str__(self) -> str:
        return str(self.number)


class StarterTerm(models.Model):
    """What the starter vocabulary once brought, so that it is not brought again after a manager changed it.

    A keyword itself has no text.
    """

    keyword = models.CharField(max_length=40)
    text = models.CharField(max_length=60, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["keyword", "text"], name="starter_term_once")]

    def __str__(self) -> str:
        return f"{self.keyword} {self.text}".strip()


class TermSighting(models.Model):
    """An unknown term one consenting member used."""

    term = models.CharField(max_length=40)
    member_id = models.BigIntegerField()
    source = models.CharField(max_length=20)
    count = models.PositiveIntegerField(default=1)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["term", "member_id", "source"], name="sighting_once")]
        indexes = [models.Index(fields=["member_id"], name="sighting_member")]

    def __str__(self) -> str:
        return self.term


class TermProposalQuerySet(models.QuerySet["TermProposal"]):
    """Decisions about unknown terms."""

    def standing(self) -> Self:
        """But for those whose keyword was deleted: the term is nobody's again."""
        return self.exclude(dismissed=False, keyword=None)


class TermProposal(models.Model):
    """What a manager decided about an unknown term.

    ``added``: the word this put to a keyword that was there already; none where it stood there, and for a keyword of
    its own.
    """

    term = models.CharField(max_length=40, unique=True)
    dismissed = models.BooleanField(default=False)
    keyword = models.ForeignKey(Keyword, null=True, on_delete=models.SET_NULL, related_name="+")
    added = models.CharField(max_length=60, blank=True)
    decided_at = models.DateTimeField()

    objects = TermProposalQuerySet.as_manager()

    def __str__(self) -> str:
        return self.term
