"""What superusers read in the back office: which questions were asked of the audience."""

from __future__ import annotations

from typing import Any

from django.contrib import admin
from django.http import HttpRequest

from crm_bridge.models import AudienceQuestion


@admin.register(AudienceQuestion)
class AudienceQuestionAdmin(admin.ModelAdmin[AudienceQuestion]):
    """Read only: nobody changes or deletes what was asked."""

    list_display = ("at", "actor", "kind", "line", "purpose", "channel")
    list_filter = ("kind", "purpose", "at")
    list_select_related = ("actor",)
    search_fields = ("line", "actor__username")

    def has_add_permission(self, request: HttpRequest) -> bool:
        """Questions are only asked."""
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: what was asked is never changed."""
        return False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        """Nobody: old ones go by themselves."""
        return False
