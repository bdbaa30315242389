"""The rules of the programme, and what they say in plain words."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.SET_UP_LOYALTY)
def page(request: HttpRequest) -> HttpResponse:
    """The form."""
    return HttpResponse(status=204)


@allowed(Permission.SET_UP_LOYALTY)
def sentences(request: HttpRequest) -> HttpResponse:
    """What the form says, in words."""
    return HttpResponse(status=204)


@allowed(Permission.SEE_CUSTOMERS)
def versions(request: HttpRequest) -> HttpResponse:
    """What was published when."""
    return HttpResponse(status=204)
