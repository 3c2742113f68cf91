"""The consent app."""

from django.apps import AppConfig


class ConsentConfig(AppConfig):
    """Registers the consent app."""

    name = "community.consent"
    label = "community_consent"
    default_auto_field = "django.db.models.BigAutoField"
