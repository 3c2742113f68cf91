"""What the bridge adds to the editors' area: the vocabulary, and what happens where people's accounts are read."""

from __future__ import annotations

from typing import Any

from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from wagtail import hooks
from wagtail.admin.panels import FieldPanel, FieldRowPanel, ObjectList
from wagtail.admin.ui.tables import BooleanColumn
from wagtail.snippets.models import register_snippet
from wagtail.snippets.views.snippets import CreateView, DeleteView, EditView, IndexView, SnippetViewSet

from community.kernel.api import Outdated
from crm_bridge.accounts import AssignRoles, EraseAccounts, SetActive, erase_account
from crm_bridge.keywords.forms import KeywordForm
from crm_bridge.keywords.vocabulary import lock_vocabulary, vocabulary_changed
from crm_bridge.models import Keyword


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
        lock_vocabulary()
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
    list_display = ["code", "name_en", "name_zh", "kind", BooleanColumn("active", label=_("used"), sort_key="active")]
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


hooks.register("before_delete_user", erase_account)
for action in (AssignRoles, SetActive, EraseAccounts):
    hooks.register("register_bulk_action", action, order=1)  # after Wagtail's own, whose place each takes
