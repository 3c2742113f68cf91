"""The traces app."""

from importlib import import_module

from django.apps import AppConfig


class TracesConfig(AppConfig):
    """Registers the traces app."""

    name = "community.traces"
    label = "community_traces"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register slots."""
        import_module("community.traces.receivers")
