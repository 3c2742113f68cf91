"""The forums app."""

from django.apps import AppConfig


class ForumsConfig(AppConfig):
    """Registers the forums app."""

    name = "forums"
    label = "forums"
    default_auto_field = "django.db.models.BigAutoField"
