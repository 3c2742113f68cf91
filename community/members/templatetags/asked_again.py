"""``{% load asked_again %}``: what follows once somebody has shown who they are."""

from __future__ import annotations

import json
from typing import Any

from allauth.account.internal.flows.reauthentication import STATE_SESSION_KEY
from allauth.account.utils import get_next_redirect_url
from django import template
from django.urls import Resolver404, resolve

register = template.Library()


@register.simple_tag(takes_context=True)
def goes_on_to(context: Any) -> str:
    """The name of the view that what was sent before goes on to; "" where nothing waits that is there.

    As allauth goes on: it must wait in the session, and the address must name it. An address alone claims nothing.
    """
    request = context["request"]
    waiting = request.session.get(STATE_SESSION_KEY, {}).get("request")
    sent = json.loads(waiting) if waiting else {}
    if not sent or sent["path"] != get_next_redirect_url(request):
        return ""
    try:
        return resolve(sent["path_info"]).view_name
    except Resolver404:  # an upgrade took the address away meanwhile
        return ""
