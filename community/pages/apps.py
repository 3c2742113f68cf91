"""The pages app."""

from importlib import import_module

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Registers the pages app."""

    name = "community.pages"
    label = "community_pages"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register handlers, slots and what is searchable."""
        import_module("community.pages.receivers")
        import_module("community.pages.schedule")
