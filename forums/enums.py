"""Fixed choices of the forums."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Kind(models.TextChoices):
    """The kinds of reactions to a post."""

    USEFUL = "useful", _("Useful")
    SAME = "same", _("Same here")


class PostKind(models.TextChoices):
    """A post of the topic, or a short comment on one (imported forums have them)."""

    POST = "post", _("Post")
    COMMENT = "comment", _("Comment")
