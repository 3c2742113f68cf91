"""The CRM bridge app."""

from importlib import import_module

from django.apps import AppConfig


class CrmBridgeConfig(AppConfig):
    """Registers the CRM bridge app."""

    name = "crm_bridge"
    label = "crm_bridge"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register handlers, slots and what is searchable."""
        import_module("crm_bridge.receivers")
