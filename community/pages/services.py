"""Making the site and its pages."""

from __future__ import annotations

import json
import re
from datetime import datetime
from html import escape
from typing import Any

from django.conf import settings
from django.contrib.auth.models import Group, Permission
from django.contrib.contenttypes.models import ContentType
from django.db import transaction
from django.db.models import QuerySet
from django.utils.translation import gettext as _
from wagtail.models import Collection, GroupCollectionPermission, GroupPagePermission, Locale, Page, Site

from community.kernel.api import Invalid
from community.members.api import lock_present_member
from community.pages.models import ArticleIndexPage, HiddenItem, HomePage

CHINESE = "zh-hans"
ITEM_KEY = re.compile(r"[a-z]{1,15}:[0-9]{1,18}", re.ASCII)
PAGE_RIGHTS = ("add_page", "change_page", "publish_page")
IMAGE_RIGHTS = ("add_image", "change_image", "choose_image")
DOCUMENT_RIGHTS = ("add_document", "change_document", "choose_document")


@transaction.atomic
def ensure_site() -> HomePage:
    """The site with its home page and article index in both languages; made where missing."""
    english, _created = Locale.objects.get_or_create(language_code=settings.LANGUAGE_CODE)
    Locale.objects.get_or_create(language_code=CHINESE)
    known = HomePage.objects.filter(locale=english).first()
    if known is not None:
        home: HomePage = known
        return home
    root = _root(english)
    home = root.add_child(instance=HomePage(title="Home", slug="home", locale=english))
    hostname, _, port = settings.PADDOCK_URL.partition("://")[2].partition(":")
    Site.objects.all().delete()
    Site.objects.create(
        hostname=hostname,
        port=int(port or (443 if settings.PADDOCK_URL.startswith("https") else 80)),
        root_page=home,
        is_default_site=True,
        site_name="Paddock",
    )
    _translate(home, title="首页")
    ensure_page(ArticleIndexPage, home, slug="articles", en={"title": "Articles"}, zh={"title": "文章"})
    home.refresh_from_db()  # it has children now
    return home


def begin_site() -> None:
    """Put the home page where Wagtail's welcome page still is; a site with pages of its own keeps them."""
    plain = ContentType.objects.get_for_model(Page)
    if not Site.objects.exclude(root_page__content_type=plain).exists():
        ensure_site()


def _root(locale: Locale) -> Page:
    """The root of the page tree, without Wagtail's welcome page."""
    root = Page.objects.filter(depth=1).first()
    if root is None:
        kind = ContentType.objects.get_for_model(Page)
        root = Page.add_root(instance=Page(title="Root", slug="root", locale=locale, content_type=kind))
    for welcome in root.get_children().filter(content_type=ContentType.objects.get_for_model(Page)):
        welcome.delete()
    return Page.objects.get(pk=root.pk)


def _translate(page: Page, **values: Any) -> Page:
    translation = page.copy_for_translation(Locale.objects.get(language_code=CHINESE))
    for name, value in values.items():
        setattr(translation, name, value)
    translation.save_revision().publish()
    return translation


@transaction.atomic
def hide_item(*, member: Any, key: str, now: datetime) -> None:
    """Take something off a member's first page; again changes nothing. Raises Invalid for what is no item's key."""
    if not ITEM_KEY.fullmatch(key):
        raise Invalid(_("There is nothing of this kind to hide."))
    lock_present_member(member)
    HiddenItem.objects.get_or_create(member=member, key=key, defaults={"at": now})


def show_item(*, member: Any, key: str) -> None:
    """Let it be there again."""
    if ITEM_KEY.fullmatch(key):
        HiddenItem.objects.filter(member=member, key=key).delete()


@transaction.atomic
def ensure_page(kind: type[Page], parent: Page, *, slug: str, en: dict[str, Any], zh: dict[str, Any]) -> Page:
    """A page in English with its Chinese translation, made where the slug is missing under the parent."""
    known = kind.objects.child_of(parent).filter(slug=slug).first()
    if known:
        return known
    parent = Page.objects.get(pk=parent.pk).specific
    page = parent.add_child(instance=kind(slug=slug, locale=parent.locale, **en))
    page.save_revision().publish()
    _translate(page, **zh)
    return page


def let_edit(group: Group) -> None:
    """A group may open the editors' area and write and publish every page, with pictures and documents."""
    group.permissions.add(Permission.objects.get(content_type__app_label="wagtailadmin", codename="access_admin"))
    page, collection = Page.get_first_root_node(), Collection.get_first_root_node()
    if page is not None:
        for permission in _permissions("wagtailcore", PAGE_RIGHTS):
            GroupPagePermission.objects.get_or_create(group=group, page=page, permission=permission)
    if collection is not None:
        for permission in [*_permissions("wagtailimages", IMAGE_RIGHTS), *_permissions("wagtaildocs", DOCUMENT_RIGHTS)]:
            GroupCollectionPermission.objects.get_or_create(group=group, collection=collection, permission=permission)


def _permissions(app: str, codenames: tuple[str, ...]) -> QuerySet[Permission]:
    return Permission.objects.filter(content_type__app_label=app, codename__in=codenames)


def paragraphs(texts: list[str]) -> str:
    """Plain paragraphs as the body of a page."""
    return json.dumps([{"type": "text", "value": f"<p>{escape(text)}</p>"} for text in texts])
