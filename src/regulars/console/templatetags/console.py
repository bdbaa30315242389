"""Pieces of pages: addresses of built files, icons, form fields."""

from __future__ import annotations

from typing import Any

from django import template
from django.forms import BoundField, Select
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from regulars.console.assets import asset_url, icon_shapes

register = template.Library()


@register.simple_tag
def asset(name: str) -> str:
    """The address of a file of the build."""
    return asset_url(name)


@register.simple_tag
def icon(name: str, classes: str = "size-5") -> SafeString:
    """A Lucide icon in the colour of the text around it; hidden from screen readers, as words stand by it."""
    return format_html(
        '<svg class="shrink-0 {}" viewBox="0 0 24 24" fill="none" stroke="currentColor" stroke-width="1.75" '
        'stroke-linecap="round" stroke-linejoin="round" aria-hidden="true" focusable="false">{}</svg>',
        classes,
        mark_safe(icon_shapes(name)),  # noqa: S308 (shapes of our own build)
    )


@register.filter
def at_sign(address: str) -> SafeString | str:
    """An e-mail that breaks before its @ where it has to, and not within a word."""
    name, at, host = address.rpartition("@")
    return format_html("{}<wbr>@{}", name, host) if at else address


@register.inclusion_tag("console/field.html")
def field(bound: BoundField, label: str | None = None, help_text: str | None = None) -> dict[str, Any]:
    """A form field with its label, its help and its errors; label and help may be said anew."""
    look = "select" if isinstance(bound.field.widget, Select) else "input"
    bound.field.widget.attrs["class"] = f"{look} w-full"
    bound.field.widget.attrs.pop("placeholder", None)  # a label says it, and stays when one types
    if help_text is not None:
        bound.help_text = help_text
    return {"field": bound, "label": bound.label if label is None else label}
