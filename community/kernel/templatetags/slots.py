"""``{% slot "name" key=value %}``: the HTML that higher floors put into a place of this template."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils.safestring import SafeString, mark_safe

from community.kernel.slots import contributions

register = template.Library()


@register.simple_tag(takes_context=True)
def slot(context: Context, name: str, **kwargs: Any) -> SafeString:
    """Join the contributions of a slot; a provider takes the request and the keywords and returns safe HTML."""
    return mark_safe("".join(contributions(name, context["request"], **kwargs)))  # noqa: S308 - providers render templates
