"""What all our pages share."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

from django.db import models
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.blocks import CharBlock, RichTextBlock
from wagtail.fields import StreamField
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Page, PageViewRestriction

CARD_RENDITION = "fill-800x450|format-webp"


def card_pictures() -> models.Prefetch[Any]:
    """The pictures of pages with their renditions for cards, in two queries whatever their number."""
    return models.Prefetch("picture", queryset=get_image_model().objects.prefetch_renditions(CARD_RENDITION))


def body_field() -> StreamField:
    """Text, headings, quotes and pictures."""
    blocks = [
        ("heading", CharBlock(max_length=120, label=_("Heading"))),
        ("text", RichTextBlock(features=["bold", "italic", "link", "ol", "ul"], label=_("Text"))),
        ("quote", CharBlock(max_length=400, label=_("Quotation"))),
        ("picture", ImageChooserBlock(label=_("Picture"))),
    ]
    return StreamField(blocks, blank=True, verbose_name=_("body"))


def picture_field() -> models.ForeignKey[Any, Any]:
    """A picture of the editors' area, or none."""
    return models.ForeignKey(
        "wagtailimages.Image",
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        verbose_name=_("picture"),
    )


class BrandPage(Page):
    """What all our pages share: the translation for the reader is served at the one address.

    As there is one address, there is one privacy: a page is private in every language when it is in one.
    """

    class Meta:
        abstract = True

    @classmethod
    def for_everybody(cls) -> Any:
        """Published pages of this kind that nobody made private."""
        above = PageViewRestriction.objects.annotate(path=ExpressionWrapper(OuterRef("path"), CharField()))
        private = Page.objects.filter(Exists(above.filter(path__startswith=F("page__path"))))
        return cls.objects.live().exclude(translation_key__in=private.values("translation_key"))

    def serve(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The page in the reader's language where a translation is published."""
        show: Callable[[], HttpResponse] = partial(self.localized.respond, request)
        # Wagtail asked for the privacy of this page only, and asks for none where an editor looks at a draft.
        drafted = getattr(request, "is_preview", False)
        for page in self.get_translations() if not drafted and PageViewRestriction.objects.exists() else ():
            for ask in hooks.get_hooks("on_serve_page"):
                show = partial(ask(lambda *given, then=show: then()), page, request, args, kwargs)
        return show()

    def respond(self, request: HttpRequest) -> HttpResponse:
        """This very translation as a page, whatever the reader's language."""
        return TemplateResponse(request, self.get_template(request), self.get_context(request))
