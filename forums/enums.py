"""Fixed choices of the forums."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ReactionKind(models.TextChoices):
    """The kinds of reactions to a post."""

    USEFUL = "useful", _("Useful")
    SAME = "same", _("Same here")


class Readership(models.TextChoices):
    """Who reads a board: the token a reader needs."""

    PUBLIC = "public", pgettext_lazy("readers", "Everybody")
    MEMBER = "member", pgettext_lazy("readers", "Members")
    STAFF = "staff", pgettext_lazy("readers", "The brand’s people")


class PostKind(models.TextChoices):
    """A post of the topic, or a short comment on one (imported forums have them)."""

    POST = "post", _("Post")
    COMMENT = "comment", _("Comment")
