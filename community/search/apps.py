"""The search app."""

from importlib import import_module

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Registers the search app."""

    name = "community.search"
    label = "community_search"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the content index and the relay's writing round."""
        import_module("community.search.content")
        import_module("community.search.receivers")
