"""Django's own admin: for those who have something to do there."""

from __future__ import annotations

from django.contrib.admin import AdminSite
from django.contrib.admin.apps import AdminConfig
from django.http import HttpRequest


class BackOffice(AdminSite):
    """The site. The roles of the brand's people give nothing in it."""

    def has_permission(self, request: HttpRequest) -> bool:
        """Whoever may see none of its lists is not let in to read that."""
        return super().has_permission(request) and bool(self.get_app_list(request))


class BackOfficeConfig(AdminConfig):
    """Takes the place of Django's own site."""

    default_site = "community.members.back_office.BackOffice"
