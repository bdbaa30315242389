"""Customers: the list, the search, the list as a file."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponse:
    raise Http404
