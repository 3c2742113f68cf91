"""Addresses of our own pages, for links that lead back to them."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.cache import patch_cache_control
from django.utils.http import escape_leading_slashes

LONGEST_WAY_BACK = 2000


def full_path(request: HttpRequest) -> str:
    """The address with its query, as a link: two slashes at its beginning would lead to another site."""
    return escape_leading_slashes(request.get_full_path())


def way_back(request: HttpRequest) -> str:
    """The address of the page, for what leads back to it; no page repeats one that is longer than people's."""
    here = full_path(request)
    return here if len(here) <= LONGEST_WAY_BACK else "/"


def lead_to(thing: Any, request: HttpRequest) -> HttpResponse:
    """From any other address of a thing to the one it has, with the query asked for.

    For good, and yet kept by no browser: a title that is changed back would lead in a circle.
    """
    rest = request.GET.urlencode()
    answer = redirect(f"{thing.get_absolute_url()}?{rest}" if rest else thing, permanent=True)
    patch_cache_control(answer, private=True, no_store=True)
    return answer
