"""What members can be at the brand."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """Staff roles; the value is the name of the Django group."""

    BRAND_MANAGER = "brand_manager", _("Brand manager")
    MARKETER = "marketer", _("Marketer")
    SERVICE_AGENT = "service_agent", _("Service agent")
    MODERATOR = "moderator", _("Moderator")
