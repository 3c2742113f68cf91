"""The kernel app."""

from importlib import import_module

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Registers the kernel app."""

    name = "community.kernel"
    label = "community_kernel"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Register the checks, and the care for tasks."""
        import_module("community.kernel.checks")
        import_module("community.kernel.tasks")
