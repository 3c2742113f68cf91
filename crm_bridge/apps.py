"""The CRM bridge app."""

from django.apps import AppConfig


class CrmBridgeConfig(AppConfig):
    """Registers the CRM bridge app."""

    name = "crm_bridge"
    label = "crm_bridge"
    default_auto_field = "django.db.models.BigAutoField"
