"""The consent app."""

from importlib import import_module

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """Registers the consent app."""

    name = "community.consent"
    label = "community_consent"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register handlers, slots and what is searchable."""
        import_module("community.consent.receivers")
