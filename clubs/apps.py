"""The clubs app."""

from django.apps import AppConfig


class ClubsConfig(AppConfig):
    """Registers the clubs app."""

    name = "clubs"
    label = "clubs"
    default_auto_field = "django.db.models.BigAutoField"
