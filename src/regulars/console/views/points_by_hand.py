"""Points given and taken by hand, and those that wait for a second pair of eyes."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest) -> HttpResponse:
    """All of them."""
    return HttpResponse(status=204)


@allowed(Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    return HttpResponse(status=204)


@allowed(Permission.APPROVE_POINTS)
def decide(request: HttpRequest, number: int) -> HttpResponse:
    """Say yes or no."""
    return HttpResponse(status=204)


@allowed(Permission.ADJUST_POINTS)
def adjust(request: HttpRequest, person: int) -> HttpResponse:
    """Give or take."""
    return HttpResponse(status=204)
