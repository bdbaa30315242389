"""Where a page leads: back to the page a form stood on, and on to the same page with other choices."""

from __future__ import annotations

from urllib.parse import urlencode

from django.http import HttpRequest
from django.utils.http import url_has_allowed_host_and_scheme


def back(request: HttpRequest, otherwise: str) -> str:
    """The page that the form, or the address, names as `next`, if it is one of ours."""
    page = request.POST.get("next") or request.GET.get("next", "")
    # One that begins otherwise would be taken for the name of a page.
    if page.startswith("/") and url_has_allowed_host_and_scheme(
        page, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    ):
        return page
    return otherwise


def with_choices(path: str, **choices: str | int | None) -> str:
    """The address with these choices; empty ones are left out."""
    kept = {name: value for name, value in choices.items() if value not in ("", None)}
    return f"{path}?{urlencode(kept)}" if kept else path
