"""What every page of the console gets: the menu and the theme. No query is made here."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from regulars.console.navigation import places_for, section_of
from regulars.console.preferences import chosen_theme
from regulars.team.types import Permission


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor behind console/base.html.

    `may` holds the words of the permissions that `access.allowed` found: `{% if "import" in may %}`.
    """
    permissions: frozenset[Permission] = getattr(request, "permissions", frozenset())
    match = request.resolver_match
    return {
        "theme": chosen_theme(request),
        "may": permissions,
        "places": places_for(permissions),
        "section": section_of(match.url_name if match else None),
    }
