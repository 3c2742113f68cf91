"""The inbox app."""

from django.apps import AppConfig


class InboxConfig(AppConfig):
    """Registers the inbox app."""

    name = "community.inbox"
    label = "community_inbox"
    default_auto_field = "django.db.models.BigAutoField"
