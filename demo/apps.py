"""The demo app."""

from importlib import import_module

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Registers the demo's commands and its greeting; it has no tables."""

    name = "demo"
    label = "demo"

    def ready(self) -> None:
        """Connect to the slots."""
        import_module("demo.receivers")
