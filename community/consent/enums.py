"""What a permission is about: a purpose, over a channel."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Purpose(models.TextChoices):
    """Why the brand would use what it knows."""

    SERVICE = "service", _("Service")
    RESEARCH = "research", _("Research")
    PRODUCT_NEWS = "product_news", _("Product news")
    OFFERS = "offers", _("Offers")
    PARTNERS = "partners", _("Partners")
    PROFILING = "profiling", _("Profiling")


class Channel(models.TextChoices):
    """How the member is reached. Profiling has the one channel ``onsite``: it is kept here."""

    ONSITE = "onsite", _("On this site")
    EMAIL = "email", pgettext_lazy("channel", "Email")
    PUSH = "push", _("Push message")
    PHONE = "phone", _("Phone")
    DEALER = "dealer", _("Dealer")
