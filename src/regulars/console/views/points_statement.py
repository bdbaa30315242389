"""The points of one customer: the balance, and all that happened to it."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest, person: int) -> HttpResponse:
    """The statement."""
    return HttpResponse(status=204)


@allowed(Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest, person: int) -> HttpResponse:
    """The same as a file."""
    return HttpResponse(status=204)


@allowed(Permission.SEE_CUSTOMERS)
def qr(request: HttpRequest, person: int) -> HttpResponse:
    """Their QR of this minute."""
    return HttpResponse(status=204)
