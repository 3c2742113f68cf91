"""How allauth works here."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.core.validators import MaxLengthValidator
from django.urls import reverse

LONGEST_ADDRESS = 254


class AccountAdapter(DefaultAccountAdapter):
    """Names by our rules; after joining come the permission questions."""

    def get_signup_redirect_url(self, request: Any) -> str:
        """To the questions."""
        return reverse("members:welcome")

    def clean_email(self, email: str) -> str:
        """As long as the column; allauth would cut a longer one, so that two might become one."""
        MaxLengthValidator(LONGEST_ADDRESS)(email)
        cleaned: str = super().clean_email(email)
        return cleaned

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Our form checks names."""
        return username
