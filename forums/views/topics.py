"""Topics as pages: reading, opening, replying, closing."""

from __future__ import annotations

import json
from http import HTTPStatus
from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.core.cache import cache
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.template.loader import render_to_string
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.kernel.api import (
    KEY_DIGITS,
    Invalid,
    PaddockError,
    add_refusal,
    brand_name,
    lead_to,
    now,
    number_in,
    pages_of,
    rate_limit,
    status_of,
)
from community.kernel.markup import quote
from community.kernel.plain import own_words
from community.members.api import card_of, limit_changes, require_member
from forums import queries, services
from forums.forms import ReplyForm, TopicForm
from forums.gone import gone_topic
from forums.models import PAGE, Board, Post, Topic, page_of
from forums.views.lookups import page_number, powers_in, readable_topic, topic_at
from forums.views.writing import is_preview, preview, with_picture

SENT_SECONDS = 60
DONE = {
    "close": gettext_lazy("The topic is closed."),
    "open": gettext_lazy("The topic is open again."),
    "pin": gettext_lazy("The topic is pinned."),
    "unpin": gettext_lazy("The topic is no longer pinned."),
}
FRAGMENT_SECONDS = 5  # as long as those who were told at once take to ask; an erased name is in it no longer


@login_required
def open_topic(request: HttpRequest, slug: str) -> HttpResponse:
    """The form of a new topic on a board, and opening it. What is refused comes back in the form."""
    place = get_object_or_404(Board.objects.visible_to(request.user), slug=slug)
    draft = _draft(request, f"board:{place.pk}")
    form = TopicForm(request.POST or None, request.FILES or None, draft=draft)
    context = {"form": form, "board": place, "section": "clubs"}
    if is_preview(request):
        return preview(request, "forums/open.html", context)
    if request.method == "POST" and form.is_valid():
        try:
            rate_limit(request.user.pk, "post", now=now())
            title, tags = form.cleaned_data["title"], services.clean_tags([form.cleaned_data["tags"]])
            source = with_picture(request, form)
            topic = services.open_topic(
                author=require_member(request), board=place, title=title, source=source, tags=tags, now=now()
            )
        except PaddockError as error:
            add_refusal(form, error)
        else:
            return _sent(request, draft, redirect(topic))
    return render(request, "forums/open.html", context, status=status_of(form))


@require_safe
def topic(request: HttpRequest, pk: int, slug: str = "") -> HttpResponse:
    """One page of a topic."""
    found = readable_topic(request.user, pk)
    if slug != found.slug:
        return lead_to(found, request)
    pages = pages_of(found.last_number, PAGE)
    page = page_number(request, pages)
    read = queries.read_until(found, request.user)
    rows = queries.topic_page(found, page, request.user)
    context = _topic_context(request, found, rows, page, pages, read)
    context["skipped"] = not _shown(request, found, rows, read)
    return render(request, "forums/topic.html", context)


def _shown(request: HttpRequest, found: Topic, rows: list[queries.PostRow], read: int) -> bool:
    """The page was before its reader. Whether nothing is left unread below it; guests leave nothing."""
    if not rows or not request.user.is_authenticated:
        return True
    first, last = rows[0].post.number, rows[-1].post.number
    return services.mark_shown(reader=request.user, topic=found, first=first, last=last, read=read, now=now())


@require_POST
@login_required
def read(request: HttpRequest, pk: int) -> HttpResponse:
    """What arrived on an open page was seen, up to ``number`` and from ``from`` on; without a number all is read."""
    found = readable_topic(request.user, pk)
    rate_limit(request.user.pk, "read", now=now())
    if "number" not in request.POST:
        services.mark_read(reader=request.user, topic=found, number=found.last_number, now=now())
        return redirect(found.url_of(found.last_number))
    first, last = (number_in(request.POST.get(name, ""), KEY_DIGITS) for name in ("from", "number"))
    if first is None or last is None:
        raise Invalid(_("That did not work"))
    services.mark_shown(reader=request.user, topic=found, first=first, last=min(last, found.last_number), now=now())
    return HttpResponse(status=HTTPStatus.NO_CONTENT)


def _topic_context(
    request: HttpRequest, found: Topic, rows: list[queries.PostRow], page: int, pages: int, read: int
) -> dict[str, Any]:
    signed_in = request.user.is_authenticated
    powers = powers_in(request, found)
    first_new = next((row.post.number for row in rows if row.post.number > read), None) if read else None
    return {
        "topic": found,
        "rows": rows,
        "page": page,
        "pages": pages,
        "read": read,
        "first_new": first_new,
        # Where reading goes on; nowhere for who has read it all, or nothing.
        "unread_url": found.url_of(read + 1) if 0 < read < found.last_number else "",
        "unread_page": page_of(read + 1),
        "now_at": rows[-1].post.number if rows else 1,
        **powers,
        "can_reply": signed_in and not found.deleted_at and (not found.closed or powers["is_moderator"]),
        "gone": gone_topic(found).message if found.deleted_at else "",
        "form": ReplyForm(draft=_draft(request, f"topic:{found.pk}")) if signed_in else None,
        "quoting": _quoted(request.GET.get("quote", ""), found) if signed_in else None,
        "related": queries.related_topics(found, request.user),
        "json_ld": _json_ld(request, found),
        "guest": not signed_in,
        "section": "clubs",
    }


def _quoted(asked: str, found: Topic) -> Post | None:
    """The post of the topic that is to be quoted."""
    number = number_in(asked, KEY_DIGITS)
    if number is None:
        return None
    return Post.objects.filter(pk=number, topic=found, deleted_at=None).select_related("author").first()


def _quotation(post: Post) -> str:
    """What a reply begins with: the post's own words, not what it quotes itself."""
    return quote(post.author.shown_name, post.pk, own_words(post.html) or post.text)


def _draft(request: HttpRequest, where: str) -> str:
    """The key of what is kept on the device: nobody else who signs in on it is shown it."""
    return f"{request.user.pk}:{where}"


def _sent(request: HttpRequest, draft: str, response: HttpResponse) -> HttpResponse:
    """The response, with word to the next page's composer.js that what is kept on the device has arrived."""
    response.set_cookie("sent", draft, max_age=SENT_SECONDS, samesite="Lax", secure=request.is_secure())
    return response


def _json_ld(request: HttpRequest, found: Topic) -> str:
    data = {
        "@context": "https://schema.org",
        "@type": "DiscussionForumPosting",
        "headline": found.title,
        "url": request.build_absolute_uri(found.get_absolute_url()),
        "datePublished": found.opened_at.isoformat(),
        "author": {"@type": "Person", "name": card_of(found.author).name},
        "commentCount": found.reply_count,
    }
    # Nothing in it may end the script element.
    return json.dumps(data, ensure_ascii=False).replace("<", "\\u003c").replace(">", "\\u003e").replace("&", "\\u0026")


@require_POST
@login_required
def reply(request: HttpRequest, pk: int) -> HttpResponse:
    """A reply; on an error the page comes back with the text in it."""
    found = topic_at(request.user, pk)
    draft = _draft(request, f"topic:{found.pk}")
    form = ReplyForm(request.POST, request.FILES, draft=draft)
    quoted = None if found.deleted_at else _quoted(request.POST.get("quote", ""), found)
    before = _quotation(quoted) if quoted else ""
    context = {"form": form, "topic": found, "quoting": quoted, "section": "clubs"}
    if is_preview(request):
        return preview(request, "forums/reply.html", context, before=before)
    if form.is_valid():
        try:
            rate_limit(request.user.pk, "post", now=now())
            source = before + with_picture(request, form)
            post = services.write_post(author=require_member(request), topic=found, source=source, now=now())
        except PaddockError as error:
            add_refusal(form, error)
        else:
            services.mark_shown(reader=request.user, topic=found, first=post.number, last=post.number, now=now())
            return _sent(request, draft, redirect(found.url_of(post.number)))
    return render(request, "forums/reply.html", context, status=status_of(form))


@require_safe
def since(request: HttpRequest, pk: int) -> HttpResponse:
    """What is newest in a topic: its latest posts, the same for every reader of a language."""
    found = readable_topic(request.user, pk)
    key = f"topic-since:{found.pk}:{found.sequence}:{get_language()}"
    html = cache.get(key)
    if html is None:
        rows = queries.latest_posts(found)
        # Made without the request: nothing of who asked first may be in what everybody gets.
        html = render_to_string("forums/since.html", {"topic": found, "rows": rows, "brand_name": brand_name()})
        cache.set(key, html, FRAGMENT_SECONDS)
    return HttpResponse(html)


@require_POST
@login_required
def moderate(request: HttpRequest, pk: int) -> HttpResponse:
    """Close, open, pin or unpin a topic: moderators, and who runs the club whose board it stands on."""
    found = readable_topic(request.user, pk)
    act = request.POST.get("act")
    limit_changes(request)
    if act in {"close", "open"}:
        services.set_closed(actor=require_member(request), topic=found, closed=act == "close", now=now())
    elif act in {"pin", "unpin"}:
        services.set_pinned(actor=require_member(request), topic=found, pinned=act == "pin", now=now())
    if act in DONE:
        messages.success(request, DONE[act])
    return redirect(found)
