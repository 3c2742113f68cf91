"""What an operator may have forgotten: seen by ``manage.py check --deploy``, the brand's files by any check."""

from __future__ import annotations

import ipaddress
from email.utils import parseaddr
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Warning, register  # noqa: A004 - Django's name

from community.kernel.brand import faults


@register(deploy=True)
def address(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Mail, feeds and passkeys need the address members type."""
    parts = urlsplit(settings.PADDOCK_URL)
    if parts.scheme == "https" and not _is_this_machine(parts.hostname or ""):
        return []
    return [Warning(f"PADDOCK_URL is {settings.PADDOCK_URL}: name the https address members type.", id="paddock.W001")]


def _is_this_machine(host: str) -> bool:
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host in {"", "localhost"}


@register()
def brand(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """A file of the brand's that cannot be used is left out: ours is shown instead."""
    found = faults(settings.HOME / "brand")
    return [Warning(f"{path} {fault}. It is left out.", id="paddock.W007") for path, fault in found]


@register(deploy=True)
def mail(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Nobody can confirm an address when mail goes to files."""
    if settings.EMAIL_URL:
        return []
    return [Warning("EMAIL_URL is not set: mail is written to files instead of sent.", id="paddock.W002")]


@register(deploy=True)
def sender(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Mail servers refuse mail of a sender that nobody can answer, or lay it aside as unwanted."""
    if not settings.EMAIL_URL or not _is_this_machine(parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]):
        return []
    return [
        Warning(
            f"PADDOCK_FROM_EMAIL is {settings.DEFAULT_FROM_EMAIL}: name an address of your domain.", id="paddock.W005"
        )
    ]


@register(deploy=True)
def mail_in_clear(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Codes for signing in, and the password of the mail server, are for nobody on the way."""
    sealed = settings.EMAIL_USE_TLS or settings.EMAIL_USE_SSL
    if not settings.EMAIL_URL.startswith("smtp") or sealed or _is_this_machine(settings.EMAIL_HOST or ""):
        return []
    return [
        Warning("EMAIL_URL has mail sent in clear to another machine: smtp+tls:// or smtp+ssl://.", id="paddock.W006")
    ]


@register(deploy=True)
def proxies(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Without a proxy that is believed, no request is known to have come by https."""
    if settings.PROXIES:
        return []
    return [
        Warning("PADDOCK_PROXIES is 0: behind a proxy that ends https every page leads to itself.", id="paddock.W004")
    ]


@register(deploy=True)
def folder(app_configs: Any, **kwargs: Any) -> list[CheckMessage]:
    """Database, index and mail are no business of other users of the machine."""
    if not settings.HOME.stat().st_mode & 0o077:
        return []
    return [Warning(f"Others can look into {settings.HOME}: chmod -R go= {settings.HOME}", id="paddock.W003")]
