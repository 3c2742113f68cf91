"""Articles of the brand."""

from __future__ import annotations

from functools import reduce
from operator import or_
from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import Q
from django.http import HttpRequest
from django.utils.translation import get_language
from django.utils.translation import gettext_lazy as _
from wagtail.admin.panels import FieldPanel
from wagtail.models import Page, PageManager
from wagtail.query import PageQuerySet

from community.members.api import cards
from community.pages.interests import first_interests, interests_of
from community.pages.models.base import BrandPage, body_field, card_pictures, picture_field
from community.pages.models.languages import once_in

OTHER_ARTICLES = 4


class ArticleIndexPage(BrandPage):
    """The page that lists all articles."""

    subpage_types: ClassVar = ["community_pages.ArticlePage"]
    template = "pages/articles.html"

    class Meta:
        verbose_name = _("list of articles")
        verbose_name_plural = _("lists of articles")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The context of the page with ``articles``, those readers may see, with their authors and pictures."""
        articles = ArticlePage.for_readers().under(self).select_related("author").prefetch_related(card_pictures())
        return {**super().get_context(request, *args, **kwargs), "articles": articles}


class ArticleQuerySet(PageQuerySet):
    """Articles, by the index they belong to."""

    def under(self, index: Page) -> Self:
        """Those of an index, in whichever language they are."""
        indexes = index.get_translations(inclusive=True)
        # An index that an editor looks at before it is kept is none yet.
        found: Self = self.filter(reduce(or_, (self.child_of_q(one) for one in indexes), Q(pk=None)))
        return found


class ArticlePage(BrandPage):
    """Something the brand has to say, always marked as the brand's."""

    lead = models.TextField(_("lead"), max_length=400, blank=True)
    scene = models.CharField(_("drawing"), max_length=20, blank=True, help_text=_("Shown where there is no picture."))
    picture = picture_field()
    author = models.ForeignKey(
        settings.AUTH_USER_MODEL,
        null=True,
        blank=True,
        on_delete=models.SET_NULL,
        related_name="+",
        limit_choices_to={"is_staff": True},
        verbose_name=_("author"),
    )
    author_name = models.CharField(
        _("signed by"), max_length=80, blank=True, help_text=_("Where the author has no account here.")
    )
    body = body_field()
    content_panels: ClassVar = [
        *Page.content_panels,
        FieldPanel("lead"),
        FieldPanel("picture"),
        FieldPanel("scene"),
        FieldPanel("author"),
        FieldPanel("author_name"),
        FieldPanel("body"),
    ]
    parent_page_types: ClassVar = ["community_pages.ArticleIndexPage"]
    template = "pages/article.html"
    objects = PageManager.from_queryset(ArticleQuerySet)()

    class Meta:
        verbose_name = _("article")
        verbose_name_plural = _("articles")

    @classmethod
    def for_readers(cls) -> Any:
        """Articles for everybody, each once: in the reader's language where it ever was in it. The newest first."""
        language = get_language() or settings.LANGUAGE_CODE
        shown = cls.for_everybody().filter(Q(locale__language_code=language) | ~once_in(language))
        return shown.select_related("locale").order_by("-first_published_at", "-pk")

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page and what else the brand wrote lately."""
        others = ArticlePage.for_readers().under(self.get_parent()).exclude(translation_key=self.translation_key)
        user: Any = request.user
        interests = [] if isinstance(user, AnonymousUser) else interests_of(user)
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        return {
            **context,
            "others": others[:OTHER_ARTICLES],
            "author": cards([self.author_id], cars=False).get(self.author_id or 0),
            "interest": first_interests({0: self.said}, interests).get(0),
        }

    @property
    def said(self) -> str:
        """Title and lead: what it is about."""
        return f"{self.title} {self.lead}"
