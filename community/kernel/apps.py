"""The kernel app."""

from django.apps import AppConfig


class KernelConfig(AppConfig):
    """Registers the kernel app."""

    name = "community.kernel"
    label = "community_kernel"
    default_auto_field = "django.db.models.BigAutoField"
