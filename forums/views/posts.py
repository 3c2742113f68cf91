"""Single posts: where they stand, reactions, the best answer, pictures for them."""

from __future__ import annotations

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from community.kernel.api import now, rate_limit
from community.members.api import require_member
from forums import queries, services
from forums.models import Post
from forums.views.lookups import post_at, powers_in, readable_post


@require_safe
def post(request: HttpRequest, pk: int) -> HttpResponse:
    """To the page a post stands on."""
    found = post_at(request.user, pk)
    return redirect(found.topic.url_of(found.number))


@require_POST
@login_required
def react(request: HttpRequest, pk: int) -> HttpResponse:
    """React, or take it back."""
    found = readable_post(request.user, pk)
    rate_limit(request.user.pk, "react", now=now())
    back = request.POST.get("back", "")
    kind = back or request.POST.get("kind", "")
    services.react(member=require_member(request), post=found, kind=kind, on=not back, now=now())
    return _after_act(request, found)


@require_POST
@login_required
def best(request: HttpRequest, pk: int) -> HttpResponse:
    """Mark the best answer, or take the mark off."""
    found = readable_post(request.user, pk)
    rate_limit(request.user.pk, "react", now=now())
    chosen = "back" not in request.POST
    services.choose_best_answer(member=require_member(request), post=found, chosen=chosen, now=now())
    if request.headers.get("HX-Request"):
        # The mark shows in several places of the page.
        return HttpResponse(headers={"HX-Refresh": "true"})
    return redirect(found)


def _after_act(request: HttpRequest, found: Post) -> HttpResponse:
    if not request.headers.get("HX-Request"):
        return redirect(found)
    row = queries.post_rows(Post.objects.filter(pk=found.pk), found.topic, request.user)[0]
    return render(request, "forums/reactions.html", {"row": row, **powers_in(request, found.topic)})


@require_POST
@login_required
def upload(request: HttpRequest) -> HttpResponse:
    """A picture for the composer, with ``alt``, what it shows; answers with its Markdown."""
    rate_limit(request.user.pk, "upload", now=now())
    file = request.FILES.get("picture")
    if file is None:
        return HttpResponse(_("Choose a picture."), status=422, content_type="text/plain; charset=utf-8")
    picture = services.store_picture(member=require_member(request), file=file, now=now())
    markdown = services.markdown_of(picture, request.POST.get("alt", ""))
    return HttpResponse(markdown, content_type="text/plain; charset=utf-8")
