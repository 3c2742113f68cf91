"""The ideas app."""

from importlib import import_module

from django.apps import AppConfig


class IdeasConfig(AppConfig):
    """Registers the ideas app."""

    name = "ideas"
    label = "ideas"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register handlers, slots and what is searchable."""
        for module in ("receivers", "notices"):
            import_module(f"ideas.{module}")
