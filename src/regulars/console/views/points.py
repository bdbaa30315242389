"""The books: every posting, whether they agree, and what tills could not be granted."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.SEE_FIGURES)
def page(request: HttpRequest) -> HttpResponse:
    """The postings."""
    return HttpResponse(status=204)


@allowed(Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    return HttpResponse(status=204)


@allowed(Permission.SET_UP_LOYALTY)
def check(request: HttpRequest) -> HttpResponse:
    """Have the books proved."""
    return HttpResponse(status=204)


@allowed(Permission.SEE_FIGURES)
def tills(request: HttpRequest) -> HttpResponse:
    """What tills wrote down while they were cut off."""
    return HttpResponse(status=204)


@allowed(Permission.TAKE_LISTS_OUT)
def tills_export(request: HttpRequest) -> HttpResponse:
    """The same as a file."""
    return HttpResponse(status=204)
