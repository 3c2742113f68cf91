"""The forums app."""

from importlib import import_module

from django.apps import AppConfig


class ForumsConfig(AppConfig):
    """Registers the forums app."""

    name = "forums"
    label = "forums"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register handlers, slots and what is searchable."""
        for module in ("receivers", "content", "notices", "home", "desk", "club_pages"):
            import_module(f"forums.{module}")
