"""Clubs, circles and who is in them."""

from __future__ import annotations

from django.conf import settings
from django.db import models
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from community.kernel.api import Bilingual, is_chinese, version_of
from community.members.api import KnownModel


class ClubKind(models.TextChoices):
    """A brand's club of a product line, or a circle of interest."""

    BRAND = "brand", _("Brand club")
    CIRCLE = "circle", _("Circle")


class MemberRole(models.TextChoices):
    """What a member is in a club."""

    LEADER = "leader", _("Leader")
    HOST = "host", _("Host")
    MEMBER = "member", _("Member")


class Club(models.Model):
    """A place with members; its board lives in the forums under the same slug."""

    slug = models.SlugField(max_length=60, unique=True)
    kind = models.CharField(max_length=10, choices=ClubKind.choices)
    title_en = models.CharField(max_length=80)
    title_zh = models.CharField(max_length=80)
    title = Bilingual()
    about_en = models.CharField(max_length=300, blank=True)
    about_zh = models.CharField(max_length=300, blank=True)
    about = Bilingual()
    models_list = models.JSONField(default=list)
    # What is known of some of the models: {model: {name_zh, drawing, wheelbase, height, length}}.
    model_facts = models.JSONField(default=dict)
    keywords = models.JSONField(default=list)
    founded_at = models.DateTimeField()
    member_count = models.PositiveIntegerField(default=0)

    class Meta:
        ordering = ["kind", "-member_count", "pk"]

    def __str__(self) -> str:
        return self.title

    @property
    def known_models(self) -> dict[str, KnownModel]:
        """What is known of its models, by their names."""
        return {name: KnownModel(**facts) for name, facts in self.model_facts.items()}

    @property
    def drawn(self) -> KnownModel | None:
        """The first of its models of which there is a drawing."""
        return next((known for known in self.known_models.values() if known.drawing), None)

    @property
    def model_names(self) -> list[str]:
        """What the brand's models are called in the reader's language, where they have a name there."""
        chinese = is_chinese()
        return [(chinese and self.model_facts.get(name, {}).get("name_zh")) or name for name in self.models_list]

    @property
    def said(self) -> str:
        """Everything it goes by, in both languages: titles, models, keywords, the name in its address."""
        models = [*self.models_list, *(facts.get("name_zh", "") for facts in self.model_facts.values())]
        return "\n".join([self.title_en, self.title_zh, self.slug, *models, *self.keywords]).casefold()

    @property
    def brand(self) -> str:
        """Whose models it has: a brand club's first keyword."""
        return str(self.keywords[0]) if self.keywords else ""

    @property
    def version(self) -> str:
        """The mark of what is said of it now."""
        titles, abouts = (self.title_en, self.title_zh), (self.about_en, self.about_zh)
        return version_of(*titles, *abouts, self.keywords, self.models_list)

    def get_absolute_url(self) -> str:
        """The address of the club's page."""
        return reverse("clubs:club", args=[self.slug])


class Membership(models.Model):
    """A member in a club."""

    club = models.ForeignKey(Club, on_delete=models.CASCADE, related_name="memberships")
    member = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    role = models.CharField(max_length=10, choices=MemberRole.choices, default=MemberRole.MEMBER)
    joined_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["club", "member"], name="membership_once")]

    def __str__(self) -> str:
        return f"{self.member_id} in {self.club_id}"
