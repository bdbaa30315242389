"""What every page of the console gets: the menu and the theme. No query is made here."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest

from regulars.console.navigation import PLACES
from regulars.console.preferences import chosen_theme


def shell(request: HttpRequest) -> dict[str, Any]:
    """The context processor behind console/base.html."""
    return {"theme": chosen_theme(request), "places": PLACES}
