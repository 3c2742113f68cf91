"""People's accounts in the editors' area: who reads a page there has looked at them, and whom one deletes is erased."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.contrib.auth import get_user_model
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import ngettext
from wagtail.admin import messages
from wagtail.admin.views.generic import UsageView
from wagtail.users.views.bulk_actions import AssignRoleBulkAction, DeleteBulkAction, SetActiveStateBulkAction
from wagtail.users.views.users import DeleteView, EditView, HistoryView, IndexView, UserViewSet

from community.kernel.api import now
from community.members.api import Member, erase_member, require_member
from crm_bridge.console.access import record
from crm_bridge.models.console import AccessKind


def record_access(request: HttpRequest, people: Iterable[Member], kind: AccessKind = AccessKind.VIEWED) -> None:
    """Write down that the reader of a page saw these people; not themselves, nor rows whose owner is gone."""
    actor = require_member(request)
    seen = [person.pk for person in people if person.pk != actor.pk and person.erased_at is None]
    if seen:
        record(seen, actor=actor, kind=kind, now=now())


class AccountIndexView(IndexView):
    """The list: everybody on the page was seen."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page shows, after it was written down whom it shows."""
        context: dict[str, Any] = super().get_context_data(**kwargs)
        if not self.is_export:  # it has no columns, so nobody is in it
            record_access(self.request, context["object_list"], AccessKind.LISTED)
        return context


class RecordsAccess:
    """A view of one account: whenever it is shown, its owner was seen."""

    request: HttpRequest
    object: Member

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the page shows, after it was written down whom it shows."""
        record_access(self.request, [self.object])
        view: Any = super()
        context: dict[str, Any] = view.get_context_data(**kwargs)
        return context


class AccountEditView(RecordsAccess, EditView):
    """An account, to be changed."""


class AccountDeleteView(RecordsAccess, DeleteView):
    """The question whether to erase an account."""


class AccountHistoryView(RecordsAccess, HistoryView):
    """What was done to an account in the editors' area."""


class AccountUsageView(RecordsAccess, UsageView):
    """Where an account is named in the editors' area."""


class AccountViewSet(UserViewSet):
    """Wagtail's pages on accounts, each look written down."""

    model = get_user_model()
    index_view_class = AccountIndexView
    edit_view_class = AccountEditView
    delete_view_class = AccountDeleteView
    history_view_class = AccountHistoryView
    usage_view_class = AccountUsageView


class RecordsBulkAccess:
    """An act on many accounts: whenever its question is shown, it tells who they are."""

    request: HttpRequest

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """What the question shows, after it was written down whom."""
        view: Any = super()
        context: dict[str, Any] = view.get_context_data(**kwargs)
        record_access(self.request, [one["item"] for one in context["items"]])
        return context


class AssignRoles(RecordsBulkAccess, AssignRoleBulkAction):
    """Put many accounts into a group."""


class SetActive(RecordsBulkAccess, SetActiveStateBulkAction):
    """Deactivate many accounts, or let them in again."""


class EraseAccounts(RecordsBulkAccess, DeleteBulkAction):
    """Erase many accounts; each in a transaction of its own, which can begin anew."""

    def prepare_action(self, objects: list[Member], objects_without_access: Any) -> HttpResponse:
        """Erase them, instead of what would delete their rows."""
        return _erased(self.request, objects, self.next_url)


def erase_account(request: HttpRequest, user: Member) -> HttpResponse | None:
    """There is one way to forget a person: whom an administrator deletes is erased, and the row stays without them."""
    return _erased(request, [user], "wagtailusers_users:index") if request.method == "POST" else None


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
