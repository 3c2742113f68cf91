"""Pages that editors write in the Wagtail admin. One address, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.db import models
from django.db.models import CharField, Exists, ExpressionWrapper, F, OuterRef
from django.http import Http404, HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel
from wagtail.blocks import CharBlock, RichTextBlock
from wagtail.fields import StreamField
from wagtail.images import get_image_model
from wagtail.images.blocks import ImageChooserBlock
from wagtail.models import Page, PageViewRestriction
from wagtail.url_routing import RouteResult

from community.kernel.api import contributions
from community.members.api import cards
from community.pages.feed import mixed
from community.pages.interests import first_interests, interests_of

FEED_LIMIT = 24
CARD_RENDITION = "fill-800x450|format-webp"
OTHER_ARTICLES = 4


def card_pictures() -> models.Prefetch[Any]:
    """The pictures of pages with their renditions for cards, in two queries whatever their number."""
    return models.Prefetch("picture", queryset=get_image_model().objects.prefetch_renditions(CARD_RENDITION))


def body_field() -> StreamField:
    """Text, headings, quotes and pictures."""
    blocks = [
        ("heading", CharBlock(max_length=120)),
        ("text", RichTextBlock(features=["bold", "italic", "link", "ol", "ul"])),
        ("quote", CharBlock(max_length=400)),
        ("picture", ImageChooserBlock()),
    ]
    return StreamField(blocks, blank=True)


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
        """This very translation."""
        return TemplateResponse(request, self.get_template(request), self.get_context(request))


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


def _routed(home: Page, request: HttpRequest, path_components: list[str]) -> RouteResult | None:
    try:
        return Page.route(home, request, path_components)
    except Http404:
        return None


class HomePage(BrandPage):
    """The first page: what is new for me, each item with its reason."""

    welcome = models.CharField(_("welcome"), max_length=200, blank=True)
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("welcome")]
    max_count_per_parent = 1
    template = "pages/home.html"

    def route(self, request: HttpRequest, path_components: list[str]) -> RouteResult:
        """The page at an address; where the reader's language never had one there, that of another one."""
        found = _routed(self, request, path_components)
        others = self.get_translations() if found is None and not self._was_published(path_components) else ()
        for other in others:
            found = found or _routed(other, request, path_components)
        if found is None:
            raise Http404
        return found

    def _was_published(self, path_components: list[str]) -> bool:
        """Whether there is a page that an editor took down, or has go up later."""
        path = "/".join([*path_components, ""])
        pages = Page.objects.filter(url_path=f"{self.url_path}{path}")
        return bool(pages.exclude(first_published_at=None).exists())

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The feed."""
        user: Any = request.user
        member = None if isinstance(user, AnonymousUser) else user
        found = [item for part in contributions("home.feed", member, FEED_LIMIT) for item in part]
        hidden = HiddenItem.objects.keys_of(member)
        items = mixed((item for item in found if item.key not in hidden), signed_in=member is not None)
        asked = request.GET.get("hidden", "")
        gone = next((item for item in found if item.key == asked and asked in hidden), None)
        context: dict[str, Any] = super().get_context(request, *args, **kwargs)
        new = sum(item.unread for item in items)
        return {**context, "items": items[:FEED_LIMIT], "new": new, "gone": gone, "section": "home"}


class ArticleIndexPage(BrandPage):
    """All articles."""

    subpage_types: ClassVar = ["community_pages.ArticlePage"]
    template = "pages/articles.html"

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The newest first."""
        articles = ArticlePage.for_everybody().child_of(self).order_by("-first_published_at").select_related("author")
        articles = articles.prefetch_related(card_pictures())
        return {**super().get_context(request, *args, **kwargs), "articles": articles}


class ArticlePage(BrandPage):
    """Something the brand has to say, always marked as the brand's."""

    lead = models.TextField(_("lead"), max_length=400, blank=True)
    scene = models.CharField(_("drawing"), max_length=20, blank=True, help_text=_("Shown where there is no picture."))
    picture = models.ForeignKey(
        "wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
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

    def get_context(self, request: HttpRequest, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """The page and what else the brand wrote lately."""
        others = ArticlePage.for_everybody().sibling_of(self, inclusive=False).order_by("-first_published_at")
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


class LandingPage(BrandPage):
    """The editorial part of a page that another app serves."""

    lead = models.TextField(_("lead"), max_length=600, blank=True)
    scene = models.CharField(_("drawing"), max_length=20, blank=True, help_text=_("Shown where there is no picture."))
    picture = models.ForeignKey(
        "wagtailimages.Image", null=True, blank=True, on_delete=models.SET_NULL, related_name="+"
    )
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
    """The brief of a contest: prize and rules beside the text."""

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


class ClubPage(LandingPage):
    """The landing page of a club."""

    club_slug = models.SlugField(_("club"), max_length=60)
    content_panels: ClassVar = [*Page.content_panels, FieldPanel("club_slug"), *LandingPage.editorial_panels]
    template = "pages/landing.html"
    url_name = "clubs:club"
    thing = "club_slug"
