"""Articles in the feed and in search."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group
from django.db import DEFAULT_DB_ALIAS, connection
from django.db.migrations.executor import MigrationExecutor
from django.db.models.signals import post_delete, post_migrate, post_save  # noqa: TID251 - Django's and Wagtail's own
from django.dispatch import receiver
from django.utils.translation import get_language, gettext_lazy, pgettext_lazy
from django.utils.translation import gettext as _
from wagtail.models import Page, PageViewRestriction
from wagtail.signals import page_published, page_unpublished, post_page_move

from community.kernel.api import fills, primary_keys_of
from community.members.api import MemberCard, Role, cards
from community.pages.feed import FeedItem
from community.pages.interests import Interest, first_interests, interests_of
from community.pages.models import ArticlePage, HiddenItem, RemovedTranslation, withheld_from
from community.pages.queries import latest_articles
from community.pages.services import begin_site, let_edit
from community.search.api import ContentDocument, ContentKind, Found, mark_content, register_content

FEED_ARTICLES = 3
EDITORS = (Role.BRAND_MANAGER, Role.MARKETER)


@fills("home.feed", order=50)
def feed(member: Any, limit: int) -> list[FeedItem]:
    """The latest articles, for everybody; about what the reader cares about where they said so."""
    shown = {article.first: article for article in latest_articles(FEED_ARTICLES)}
    interests = interests_of(member) if member is not None and shown else []
    interesting = first_interests({key: article.said for key, article in shown.items()}, interests)
    people = cards((article.author_id for article in shown.values()), cars=False)
    return [
        _item(article, key, people.get(article.author_id or 0), interesting.get(key)) for key, article in shown.items()
    ]


def _item(article: ArticlePage, key: int, author: MemberCard | None, interest: Interest | None) -> FeedItem:
    about = interest.reason if interest else ""
    return FeedItem(
        key=f"article:{key}",  # the same in every language
        url=article.url,
        title=article.title,
        excerpt=article.lead,
        at=article.first_published_at,
        reason=about or _("For everyone, from the brand"),
        reason_url=interest.url if interest else "",
        why="ring" if interest else "none",
        language=article.locale.language_code,
        label=author.name if author else article.author_name,
        scene=article.scene,
    )


def load(ids: Sequence[int]) -> Iterable[ContentDocument]:
    """Published articles for everybody."""
    for article in ArticlePage.for_everybody().filter(pk__in=ids).select_related("locale"):
        yield ContentDocument(
            id=article.pk,
            title=article.title,
            body=f"{article.lead} {_text(article)}",
            language=article.locale.language_code,
            readers=("public",),
            created_at=article.first_published_at,
            place="articles",
        )


def _text(article: ArticlePage) -> str:
    return " ".join(
        str(getattr(block.value, "source", block.value)) for block in article.body if block.block_type != "picture"
    )


def present(ids: Sequence[int], viewer: Any) -> Mapping[int, Found]:
    """Hits; articles in the index are for everybody, and here are asked once more, in the reader's language too."""
    withheld = withheld_from(get_language() or settings.LANGUAGE_CODE)
    articles = ArticlePage.for_everybody().filter(~withheld, pk__in=ids).select_related("locale")
    return {
        article.pk: Found(
            url=article.get_url() or "/",
            title=article.title,
            body=article.lead,
            at=article.first_published_at,
            by_id=article.author_id,
            language=article.locale.language_code,
        )
        for article in articles
    }


def article_changed(sender: Any, instance: Any, **kwargs: Any) -> None:
    """Wagtail published or withdrew a page."""
    if isinstance(instance, ArticlePage):
        mark_content("article", [instance.pk])


def article_deleted(sender: Any, instance: ArticlePage, **kwargs: Any) -> None:
    """An article is gone in one language; who deletes what was published did not mean to show it in another."""
    if instance.first_published_at is not None:
        RemovedTranslation.objects.get_or_create(translation_key=instance.translation_key, locale_id=instance.locale_id)


def privacy_changed(sender: Any, instance: PageViewRestriction, **kwargs: Any) -> None:
    """A page and all below it became private, or are no longer."""
    page = Page.objects.filter(pk=instance.page_id).first()
    if page is not None:
        _mark_below(page)


def page_moved(sender: Any, instance: Page, **kwargs: Any) -> None:
    """A page, with all below it, stands in another place, which may be private."""
    _mark_below(instance)


def _mark_below(page: Page) -> None:
    keys = ArticlePage.objects.descendant_of(page, inclusive=True).values("translation_key")
    mark_content("article", ArticlePage.objects.filter(translation_key__in=keys).values_list("pk", flat=True))


page_published.connect(article_changed, dispatch_uid="paddock.article.published")
page_unpublished.connect(article_changed, dispatch_uid="paddock.article.unpublished")
post_delete.connect(article_deleted, sender=ArticlePage, dispatch_uid="paddock.article.deleted")
post_page_move.connect(page_moved, dispatch_uid="paddock.article.moved")
# Wagtail has no signal of its own for this.
post_save.connect(privacy_changed, sender=PageViewRestriction, dispatch_uid="paddock.article.private")
post_delete.connect(privacy_changed, sender=PageViewRestriction, dispatch_uid="paddock.article.public")
register_content(
    ContentKind(
        kind="article",
        label=gettext_lazy("Articles"),
        single=pgettext_lazy("kind", "Article"),
        load=load,
        all_ids=lambda: primary_keys_of(ArticlePage.for_everybody()),
        present=present,
    )
)


@fills("members.erase")
def erase(member_id: int) -> None:
    """What was hidden goes."""
    HiddenItem.objects.filter(member_id=member_id).delete()


@fills("members.explain")
def explain(member_id: int) -> dict[str, Any]:
    """What a member does not want on their first page."""
    hidden = HiddenItem.objects.filter(member_id=member_id).order_by("pk")
    return {"hidden_from_home": list(hidden.values("key", "at"))}


@fills("members.role")
def edit_pages(role: Role, group: Group) -> None:
    """Brand managers and marketers write pages in the editors' area."""
    if role in EDITORS:
        let_edit(group)


@receiver(post_migrate)
def bring_first_pages(sender: Any, using: str = DEFAULT_DB_ALIAS, **more: Any) -> None:
    """A fresh installation begins with its own home page."""
    wanted = sender.label == "community_pages" and using == DEFAULT_DB_ALIAS and settings.FIRST_PAGES
    if wanted and _all_is_migrated():
        begin_site()


def _all_is_migrated() -> bool:
    """Pages need the tables of several apps, and migrate may have been asked for less."""
    executor = MigrationExecutor(connection)
    return not executor.migration_plan(executor.loader.graph.leaf_nodes())
