"""The search app."""

from django.apps import AppConfig


class SearchConfig(AppConfig):
    """Registers the search app."""

    name = "community.search"
    label = "community_search"
    default_auto_field = "django.db.models.BigAutoField"
