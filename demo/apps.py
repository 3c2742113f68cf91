"""The demo app."""

from django.apps import AppConfig


class DemoConfig(AppConfig):
    """Registers the demo's commands; it has no tables."""

    name = "demo"
    label = "demo"
