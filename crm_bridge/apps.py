"""The CRM bridge app, and Wagtail's app of accounts with the bridge's pages."""

from importlib import import_module

from django.apps import AppConfig
from wagtail.users.apps import WagtailUsersAppConfig


class CrmBridgeConfig(AppConfig):
    """Registers the CRM bridge app."""

    name = "crm_bridge"
    label = "crm_bridge"
    default_auto_field = "django.db.models.BigAutoField"
    default = True

    def ready(self) -> None:
        """Register handlers, slots and what is searchable."""
        import_module("crm_bridge.receivers")


class AccountsConfig(WagtailUsersAppConfig):
    """Registers Wagtail's app of accounts: who reads its pages has looked at people."""

    user_viewset = "crm_bridge.accounts.AccountViewSet"
