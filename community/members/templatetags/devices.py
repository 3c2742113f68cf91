"""``{% load devices %}``: where somebody is signed in, in words."""

from __future__ import annotations

from django import template
from django.utils.translation import gettext as _

register = template.Library()

# In this order: browsers name their forebears too.
BROWSERS = {
    "Edg": "Edge",
    "OPR/": "Opera",
    "MicroMessenger": "WeChat",
    "SamsungBrowser": "Samsung",
    "Firefox/": "Firefox",
    "FxiOS/": "Firefox",
    "CriOS/": "Chrome",
    "Chromium": "Chromium",
    "Chrome/": "Chrome",
    "Safari/": "Safari",
}
SYSTEMS = {
    "iPhone": "iPhone",
    "iPad": "iPad",
    "Android": "Android",
    "HarmonyOS": "HarmonyOS",
    "Windows": "Windows",
    "Mac OS X": "macOS",
    "CrOS": "ChromeOS",
    "Linux": "Linux",
}


@register.filter
def device(user_agent: str) -> str:
    """What a browser says of itself, short: "Firefox on Linux"."""
    browser, system = _named(user_agent, BROWSERS), _named(user_agent, SYSTEMS)
    if browser and system:
        return _("%(browser)s on %(system)s") % {"browser": browser, "system": system}
    return browser or system or _("An unknown browser")


def _named(user_agent: str, names: dict[str, str]) -> str:
    return next((name for part, name in names.items() if part in user_agent), "")
