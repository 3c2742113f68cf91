"""Changing a post, deleting it and bringing it back."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from community.kernel.api import Outdated, PaddockError, add_refusal, began_from, now, status_of
from community.kernel.plain import language_of
from community.members.api import Role, cards, has_role, limit_changes, require_member
from forums import services
from forums.forms import EditForm
from forums.models import Post
from forums.views.lookups import readable_post
from forums.views.writing import is_preview, preview, with_picture


@login_required
def edit(request: HttpRequest, pk: int) -> HttpResponse:
    """Change a post. Where it was changed meanwhile, both texts are shown, and saving again puts this one there."""
    found = readable_post(request.user, pk)
    services.require_editor(require_member(request), found)
    form = _form(request, found)
    version = began_from(request, found)
    context: dict[str, Any] = {}
    if is_preview(request):
        context = {"form": form, "post": found, "version": version, "section": "clubs"}
        return preview(request, "forums/edit.html", context)
    if request.method == "POST" and form.is_valid():
        data = form.cleaned_data
        try:
            limit_changes(request)
            services.edit_post(
                editor=require_member(request),
                post=found,
                source=with_picture(request, form),
                title=data.get("title"),
                tags=[data["tags"]] if "tags" in request.POST and "tags" in form.changed_data else None,
                based_on=version,
                forget=data.get("forget", False),
                now=now(),
            )
        except Outdated as error:
            found = readable_post(request.user, pk)
            version, context = found.version, _as_it_is(found, error)
        except PaddockError as error:
            add_refusal(form, error)
        else:
            return redirect(found)
    context |= {"form": form, "post": found, "version": version, "section": "clubs"}
    return render(request, "forums/edit.html", context, status=status_of(form, outdated=context.get("outdated")))


def _form(request: HttpRequest, found: Post) -> EditForm:
    initial = {"source": found.source, "title": found.topic.title, "tags": ", ".join(found.topic.tags)}
    form = EditForm(request.POST or None, request.FILES or None, initial=initial)
    if found.number != 1:
        del form.fields["title"], form.fields["tags"]
    if not has_role(request.user, Role.MODERATOR):
        del form.fields["forget"]
    return form


def _as_it_is(found: Post, error: Outdated) -> dict[str, Any]:
    """What a post says by now and who changed it, to be read beside what its editor wrote."""
    by = cards([found.edited_by_id], cars=False).get(found.edited_by_id or 0)
    return {"outdated": error, "by": by, "language": language_of(found.text)}


@login_required
def delete(request: HttpRequest, pk: int) -> HttpResponse:
    """Ask whether a post or topic is to go, then delete it. Raises NotAllowed for who may not, and TooMany."""
    found = readable_post(request.user, pk)
    services.require_editor(require_member(request), found)
    if request.method != "POST":
        return render(request, "forums/delete.html", {"post": found, "section": "clubs"})
    limit_changes(request)
    services.delete_post(actor=require_member(request), post=found, now=now())
    is_topic = found.number == 1
    messages.success(request, _("The topic is deleted.") if is_topic else _("The post is deleted."))
    return redirect(found.topic.board if is_topic else found.topic)


@require_POST
@login_required
def restore(request: HttpRequest, pk: int) -> HttpResponse:
    """Show a deleted post again."""
    found = get_object_or_404(Post.objects.select_related("topic"), pk=pk)
    limit_changes(request)
    services.restore_post(actor=require_member(request), post=found, now=now())
    messages.success(request, _("The topic is shown again.") if found.number == 1 else _("The post is shown again."))
    return redirect(found)
