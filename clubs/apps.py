"""The clubs app."""

from importlib import import_module

from django.apps import AppConfig


class ClubsConfig(AppConfig):
    """Registers the clubs app."""

    name = "clubs"
    label = "clubs"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register handlers, slots and what is searchable."""
        import_module("clubs.receivers")
