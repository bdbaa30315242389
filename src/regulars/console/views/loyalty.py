"""How the programme stands: points given, spent and open, and what is owed to customers."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.SEE_FIGURES)
def page(request: HttpRequest) -> HttpResponse:
    """How the programme stands."""
    return HttpResponse(status=204)


@allowed(Permission.SEE_FIGURES)
def liability(request: HttpRequest) -> HttpResponse:
    """What the shop owes in points, by age."""
    return HttpResponse(status=204)


@allowed(Permission.TAKE_LISTS_OUT)
def liability_export(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    return HttpResponse(status=204)
