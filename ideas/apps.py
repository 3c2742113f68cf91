"""The ideas app."""

from django.apps import AppConfig


class IdeasConfig(AppConfig):
    """Registers the ideas app."""

    name = "ideas"
    label = "ideas"
    default_auto_field = "django.db.models.BigAutoField"
