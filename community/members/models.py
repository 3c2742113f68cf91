"""Members: the user model and their space."""

from __future__ import annotations

import uuid
from typing import Any, ClassVar

from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.db import models, transaction
from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from community.kernel.api import contributions, in_language, lock_member
from community.members.lookalikes import skeleton, skeleton_beside

STANDING = {"is_staff", "is_active"}

MAX_KEYWORD = 40  # characters


class MemberManager(BaseUserManager["Member"]):
    """Makes members and superusers."""

    def create_user(self, username: str, email: str = "", password: str | None = None, **fields: Any) -> Member:
        """A member with a usable or an unusable password."""
        member = self.model(username=username, email=email or None, **fields)
        member.set_password(password)
        member.save(using=self._db)
        return member

    def create_superuser(self, username: str, email: str = "", password: str | None = None, **fields: Any) -> Member:
        """A member who may do everything."""
        return self.create_user(username, email, password, is_staff=True, is_superuser=True, **fields)


class Member(AbstractBaseUser, PermissionsMixin):
    """A person in the community. ``username`` is the public handle, ``name`` what is shown."""

    public_id = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    username = models.CharField(_("username"), max_length=80, unique=True)
    skeleton = models.CharField(max_length=160, unique=True, editable=False)
    email = models.EmailField(_("e-mail"), max_length=254, null=True, blank=True)
    name = models.CharField(_("name"), max_length=60, blank=True)
    title = models.CharField(_("title"), max_length=80, blank=True, help_text=_("What a person of the brand does."))
    title_zh = models.CharField(_("title (Chinese)"), max_length=80, blank=True)
    language = models.CharField(_("language"), max_length=10, default="en")
    about = models.TextField(_("about"), max_length=2000, blank=True)
    is_staff = models.BooleanField(default=False)
    is_active = models.BooleanField(default=True)
    joined_at = models.DateTimeField(default=timezone.now)
    erased_at = models.DateTimeField(null=True, editable=False)

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["email"]

    objects = MemberManager()

    ONE_ADDRESS = "member_email_once"

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("members")
        constraints = [models.UniqueConstraint(Lower("email"), name="member_email_once")]
        indexes = [
            models.Index(fields=["erased_at"], condition=models.Q(erased_at__isnull=False), name="member_erased")
        ]

    def __str__(self) -> str:
        return self.shown_name

    def save(self, *args: Any, **kwargs: Any) -> None:
        """Keep the skeleton with the name; that of one beside another who looks alike has a mark behind it.

        Addresses are kept in small letters, by which allauth looks for them.

        Whether they are one of the brand's people, and active, is told by the slot ``members.standing``.

        Raises Gone for somebody erased meanwhile: it would bring back what this one was read with.
        """
        self.email = self.email.lower() if self.email else None
        saved = kwargs.get("update_fields")
        told = not self._state.adding and (saved is None or not STANDING.isdisjoint(saved))
        if self.skeleton != skeleton_beside(self.username):
            self.skeleton = skeleton(self.username)
        with transaction.atomic(savepoint=False):
            if not (self._state.adding or self.erased_at):
                lock_member(self.pk)
            super().save(*args, **kwargs)
            if told:
                contributions("members.standing", self.pk)

    @property
    def shown_name(self) -> str:
        """The name others see; that of somebody erased is the same for all."""
        return gettext("Former member") if self.erased_at else self.name or self.username

    @property
    def shown_title(self) -> str:
        """What a person of the brand does, in the reader's language where it is known in it."""
        return in_language(self.title_zh or self.title, self.title or self.title_zh)

    def get_full_name(self) -> str:
        """The name others see, for Django's and Wagtail's own screens."""
        return self.shown_name

    def get_short_name(self) -> str:
        """The name others see, where Django's and Wagtail's own screens want a short one."""
        return self.shown_name


class ErasedName(models.Model):
    """A user name nobody may take again, since old mentions would lead to whoever took it.

    It is kept as a keyed hash of its skeleton, which leads back to nobody, and without a link to the member.
    """

    mark = models.CharField(max_length=64, unique=True)

    def __str__(self) -> str:
        return self.mark


class DeclaredKeyword(models.Model):
    """A keyword a member put on their own space, as typed."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="declared_keywords")
    text = models.CharField(max_length=MAX_KEYWORD)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]
        constraints = [models.UniqueConstraint(fields=["member", "text"], name="declared_keyword_once")]

    def __str__(self) -> str:
        return self.text


class Car(models.Model):
    """A car in a member's garage."""

    member = models.ForeignKey(Member, on_delete=models.CASCADE, related_name="cars")
    brand = models.CharField(_("brand"), max_length=40)
    model = models.CharField(_("model"), max_length=60)
    year = models.PositiveSmallIntegerField(_("year"), null=True, blank=True)
    position = models.PositiveSmallIntegerField(default=0)

    class Meta:
        ordering = ["position", "pk"]

    def __str__(self) -> str:
        return self.label

    @property
    def label(self) -> str:
        """Brand and model in one line."""
        return f"{self.brand} {self.model}".strip()
