"""The traces app."""

from django.apps import AppConfig


class TracesConfig(AppConfig):
    """Registers the traces app."""

    name = "community.traces"
    label = "community_traces"
    default_auto_field = "django.db.models.BigAutoField"
