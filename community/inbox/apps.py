"""The inbox app."""

from importlib import import_module

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Registers the inbox app."""

    name = "community.inbox"
    label = "community_inbox"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register handlers, slots and what is searchable."""
        import_module("community.inbox.receivers")
