"""Settings of the shop: itself, its branches and tills, the demo shop."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.SET_UP_SHOP)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.SET_UP_SHOP)
def branches(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.SET_UP_SHOP)
def branch(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@allowed(Permission.SET_UP_SHOP)
def remove_demo(request: HttpRequest) -> HttpResponse:
    raise Http404
