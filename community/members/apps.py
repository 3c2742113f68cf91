"""The members app."""

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """Registers the members app."""

    name = "community.members"
    label = "community_members"
    default_auto_field = "django.db.models.BigAutoField"
