"""How allauth works here."""

from __future__ import annotations

from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from django.urls import reverse


class AccountAdapter(DefaultAccountAdapter):
    """Names by our rules; after joining come the permission questions."""

    def get_signup_redirect_url(self, request: Any) -> str:
        """To the questions."""
        return reverse("members:welcome")

    def clean_username(self, username: str, shallow: bool = False) -> str:
        """Our form checks names."""
        return username
