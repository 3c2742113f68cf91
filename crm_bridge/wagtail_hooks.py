"""The vocabulary in the editors' area, and people's accounts there: looks at them, and their erasure."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext
from wagtail import hooks
from wagtail.admin import messages
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, DeleteView, EditView, IndexView, SnippetViewSet
from wagtail.users.views.bulk_actions.delete import DeleteBulkAction

from community.kernel.api import Outdated, now
from community.members.api import Member, erase_member
from crm_bridge.console.access import record
from crm_bridge.keywords.forms import KeywordForm
from crm_bridge.keywords.vocabulary import hold_vocabulary, vocabulary_changed
from crm_bridge.models import Keyword
from crm_bridge.models.console import AccessKind


class KeywordIndexView(IndexView):
    """The list, searched by names and words."""

    def search_queryset(self, queryset: QuerySet[Keyword]) -> QuerySet[Keyword]:
        """A keyword with several words that match is there once."""
        found: QuerySet[Keyword] = super().search_queryset(queryset)
        return found.distinct()


class OneByOne:
    """A view whose changes of the vocabulary wait for those of others, and then see what they left."""

    object: Any = None

    @transaction.atomic
    def post(self, request: HttpRequest, *args: Any, **kwargs: Any) -> Any:
        """Change what is there now: the keyword was looked up before the others were done."""
        hold_vocabulary()
        view: Any = super()
        if self.object is not None:
            self.object = view.get_object()
        return view.post(request, *args, **kwargs)


class KeywordCreateView(OneByOne, CreateView):
    """A new keyword; of two of one name at once the second is refused."""


class KeywordEditView(OneByOne, EditView):
    """A changed keyword; who began from another version reads what it says now."""

    def form_invalid(self, form: KeywordForm) -> Any:
        """The form again, told as a conflict where it was changed meanwhile."""
        response = super().form_invalid(form)
        if form.outdated:
            response.status_code = Outdated.status
        return response


class KeywordDeleteView(OneByOne, DeleteView):
    """A keyword that goes, and does not come back by an edit of the same moment."""


class KeywordViewSet(SnippetViewSet):
    """Keywords with their words."""

    model = Keyword
    index_view_class = KeywordIndexView
    add_view_class = KeywordCreateView
    edit_view_class = KeywordEditView
    delete_view_class = KeywordDeleteView
    icon = "tag"
    menu_label = _("Vocabulary")
    menu_name = "vocabulary"
    add_to_admin_menu = True
    menu_order = 250
    list_display = ["code", "name_en", "name_zh", "kind", "active"]
    list_filter = ["kind", "active"]
    search_fields = ["code", "name_en", "name_zh", "synonyms__text"]
    # These columns are searched in the database.
    search_backend_name = None
    edit_handler = ObjectList(
        [
            FieldRowPanel([FieldPanel("name_en"), FieldPanel("name_zh")]),
            FieldRowPanel([FieldPanel("kind"), FieldPanel("active")]),
            FieldPanel("also"),
            FieldPanel("excluded"),
        ],
        base_form_class=KeywordForm,
    )


register_snippet(KeywordViewSet)


def forget_deleted(request: HttpRequest, instances: list[Any]) -> None:
    """A deleted keyword is no longer found."""
    if any(isinstance(instance, Keyword) for instance in instances):
        vocabulary_changed()


hooks.register("after_delete_snippet", forget_deleted)


def look_at_user(request: HttpRequest, user: Member) -> None:
    """An administrator who opens somebody's account has looked at them."""
    _look(request, [user])


def erase_user(request: HttpRequest, user: Member) -> HttpResponse | None:
    """There is one way to forget a person: whom an administrator deletes is erased, and the row stays without them."""
    if request.method in {"GET", "HEAD", "OPTIONS"}:
        _look(request, [user])
        return None
    return _erased(request, [user], "wagtailusers_users:index")


class EraseUsers(DeleteBulkAction):
    """The same for many at once; each is erased in a transaction of its own, which can begin anew."""

    def get(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponse:
        """The question whether to delete them tells who they are."""
        people, _without = self.get_actionable_objects()
        _look(request, people)
        response: HttpResponse = super().get(request, *args, **kwargs)
        return response

    def prepare_action(self, objects: list[Member], objects_without_access: Any) -> HttpResponse:
        """Erase them, instead of what would delete their rows."""
        return _erased(self.request, objects, self.next_url)


def _look(request: HttpRequest, people: list[Member]) -> None:
    actor: Any = request.user
    seen = [person.pk for person in people if person.pk != actor.pk and person.erased_at is None]
    if request.method == "GET" and seen:
        record(seen, actor=actor, kind=AccessKind.VIEWED, now=now())


def _erased(request: HttpRequest, people: list[Member], following: str) -> HttpResponse:
    for person in people:
        erase_member(member=person, now=now())
    said = ngettext(
        "%(count)s account was erased. What its owner wrote stays without a name.",
        "%(count)s accounts were erased. What their owners wrote stays without a name.",
        len(people),
    )
    messages.success(request, said % {"count": len(people)})
    return redirect(following)


hooks.register("before_edit_user", look_at_user)
hooks.register("before_delete_user", erase_user)
hooks.register("register_bulk_action", EraseUsers, order=1)  # after Wagtail's own, which it takes the place of
