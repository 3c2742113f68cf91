"""Addresses of our own pages, for links that lead back to them."""

from __future__ import annotations

from django.http import HttpRequest
from django.utils.http import escape_leading_slashes

LONGEST_WAY_BACK = 2000


def full_path(request: HttpRequest) -> str:
    """The address with its query, as a link: two slashes at its beginning would lead to another site."""
    return escape_leading_slashes(request.get_full_path())


def way_back(request: HttpRequest) -> str:
    """The address of the page, for what leads back to it; no page repeats one that is longer than people's."""
    here = full_path(request)
    return here if len(here) <= LONGEST_WAY_BACK else "/"
