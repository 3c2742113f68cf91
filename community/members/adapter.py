"""How allauth works here."""

from __future__ import annotations

import logging
import time
from types import SimpleNamespace
from typing import Any

from allauth.account import app_settings
from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.authentication import get_authentication_records
from allauth.account.internal.flows.login import record_authentication
from allauth.core import context
from django.conf import settings
from django.core.validators import MaxLengthValidator
from django.urls import reverse
from django.utils.translation import gettext as _

from community.kernel.api import Unavailable, brand_name

logger = logging.getLogger("paddock.mail")

LONGEST_ADDRESS = 254
# To whoever joins, and instead to whoever has an account with this address: nobody is told which of them it was.
JOINING = ("account/email/email_confirmation_signup", "account/email/account_already_exists")


class AccountAdapter(DefaultAccountAdapter):
    """Names by our rules; after joining come the permission questions."""

    def send_mail(self, template_prefix: str, email: str, context: dict[str, Any]) -> None:
        """Signed by the community in the reader's language, not by its address. Raises Unavailable."""
        name = _("%(brand_name)s Paddock") % {"brand_name": brand_name()}
        site = SimpleNamespace(name=name, domain=settings.PADDOCK_URL)
        try:
            super().send_mail(template_prefix, email, {**context, "current_site": site})
        except OSError as error:  # smtplib's errors are among them
            logger.warning("a mail could not be sent: %s", type(error).__name__)
            raise Unavailable(_not_sent(template_prefix)) from error

    def add_message(self, request: Any, level: int, *args: Any, message: str | None = None, **kwargs: Any) -> None:
        """Where a code was mistyped too often, that a new one may be had at once; allauth speaks of signing in."""
        if message == self.error_messages["too_many_login_attempts"]:
            message = _code_used_up(request)
        super().add_message(request, level, *args, message=message, **kwargs)

    def get_signup_redirect_url(self, request: Any) -> str:
        """The address that follows signing up: the questions that welcome somebody."""
        return reverse("members:welcome")

    def post_login(self, request: Any, user: Any, *, signup: bool, **kwargs: Any) -> Any:
        """Whoever has just joined set a password and gave the code in this session: a sign-in as good as any.

        allauth comes here once nothing more is asked, but keeps a record of other ways to sign in only.
        """
        if signup:
            record_authentication(request, user, method="code", email=user.email)
        return super().post_login(request, user, signup=signup, **kwargs)

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """For addresses and one's file a sign-in of just now counts; for keys, and for leaving, it does not."""
        if app == "allauth.account" and _signed_in_lately(context.request):
            return False
        return bool(super().is_reauthentication_required(app=app, **kwargs))

    def is_safe_url(self, url: str) -> bool:
        """Whether it leads to a page of ours; what is no address at all does not."""
        try:
            return bool(super().is_safe_url(url))
        except ValueError:
            return False

    def clean_email(self, email: str) -> str:
        """The address as allauth cleans it. Raises ValidationError for one that would be cut: two might become one."""
        MaxLengthValidator(LONGEST_ADDRESS)(email)
        cleaned: str = super().clean_email(email)
        return cleaned

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Our form checks names."""
        return username


def _code_used_up(request: Any) -> str:
    if request.path == reverse("account_email_verification_sent") and not request.user.is_authenticated:
        return _("Too many wrong tries: this code no longer works. Sign in, and a new one is sent.")
    return _("Too many wrong tries: this code no longer works. Ask for a new one.")


def _not_sent(template_prefix: str) -> str:
    if template_prefix in JOINING:
        return _(
            "The mail with your code could not be sent. Nothing is lost: in a minute, sign in with the name and the "
            "password you chose, and a new code is sent."
        )
    return _("The mail could not be sent. Nothing is lost: try again in a minute.")


def _signed_in_lately(request: Any) -> bool:
    records = get_authentication_records(request, request.user)
    return bool(records) and time.time() - records[-1]["at"] < app_settings.REAUTHENTICATION_TIMEOUT
