"""The members app."""

from importlib import import_module

from django.apps import AppConfig


class MembersConfig(AppConfig):
    """Registers the members app."""

    name = "community.members"
    label = "community_members"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register handlers, slots and what is searchable."""
        import_module("community.members.receivers")
