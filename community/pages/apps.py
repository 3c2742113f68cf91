"""The pages app."""

from django.apps import AppConfig


class PagesConfig(AppConfig):
    """Registers the pages app."""

    name = "community.pages"
    label = "community_pages"
    default_auto_field = "django.db.models.BigAutoField"
