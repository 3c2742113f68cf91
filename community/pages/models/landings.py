"""Editorial parts of pages that other apps serve."""

from __future__ import annotations

from typing import Any, ClassVar

from django.conf import settings
from django.core.exceptions import ValidationError
from django.db import models, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page

from community.kernel.api import Conflict, in_language
from community.pages.models.base import BrandPage, body_field, picture_field
from community.pages.models.briefs import brief_problems


class LandingPage(BrandPage):
    """The editorial part of a page that another app serves."""

    lead = models.TextField(_("lead"), max_length=600, blank=True)
    scene = models.CharField(_("drawing"), max_length=20, blank=True, help_text=_("Shown where there is no picture."))
    picture = picture_field()
    body = body_field()
    editorial_panels: ClassVar = [FieldPanel(name) for name in ("lead", "picture", "scene", "body")]
    url_name = ""
    thing = ""

    class Meta:
        abstract = True

    def address(self) -> str:
        """Where the app serves it."""
        return reverse(self.url_name, args=[getattr(self, self.thing)])

    def get_url_parts(self, request: HttpRequest | None = None) -> tuple[int, str, str] | None:
        """The app's address is the page's."""
        parts = super().get_url_parts(request)
        return (parts[0], settings.PADDOCK_URL, self.address()) if parts else None

    def respond(self, request: HttpRequest) -> HttpResponse:
        """Lead on to the app's page."""
        response = HttpResponse(status=302)
        response["Location"] = self.address()
        return response


class ContestPage(LandingPage):
    """The brief of a contest: prize and rules beside the text.

    Once somebody voted, what was published of prize and rules stays as it was, in every language.
    """

    contest_slug = models.SlugField(_("contest"), max_length=60)
    prize = models.TextField(_("prize"), max_length=600, blank=True)
    rules = models.TextField(_("rules"), max_length=1000, blank=True)
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("contest_slug"),
        *LandingPage.editorial_panels,
        FieldPanel("prize"),
        FieldPanel("rules"),
    ]
    template = "pages/brief.html"
    url_name = "ideas:contest"
    thing = "contest_slug"

    class Meta:
        verbose_name = _("contest page")
        verbose_name_plural = _("contest pages")

    def clean(self) -> None:
        """Raise ValidationError at the fields that name no contest or say something else than members voted under."""
        super().clean()
        if problems := brief_problems(self):
            raise ValidationError(problems)

    @transaction.atomic
    def save(self, clean: bool = True, **options: Any) -> None:
        """Save it as Wagtail does. Raises Conflict where ``clean`` refuses, as for a draft of before the vote.

        Its contests are held meanwhile: each vote comes wholly before it, or after.
        """
        if clean and (problems := brief_problems(self, hold=True)):
            raise Conflict(in_language("", " ").join(map(str, problems.values())))
        super().save(clean=clean, **options)


class ClubPage(LandingPage):
    """The landing page of a club."""

    club_slug = models.SlugField(_("club"), max_length=60)
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("club_slug"), *LandingPage.editorial_panels]
    template = "pages/landing.html"
    url_name = "clubs:club"
    thing = "club_slug"

    class Meta:
        verbose_name = _("club page")
        verbose_name_plural = _("club pages")
