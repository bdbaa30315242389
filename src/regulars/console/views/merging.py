"""Two cards side by side, made one or two again."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from regulars.console.access import allowed
from regulars.team.types import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MERGE_CUSTOMERS)
def choose(request: HttpRequest, person: int) -> HttpResponse:
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MERGE_CUSTOMERS)
def compare(request: HttpRequest, person: int, other: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.MERGE_CUSTOMERS)
def apart(request: HttpRequest, person: int, other: int) -> HttpResponse:
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MERGE_CUSTOMERS)
def of_one(request: HttpRequest, person: int) -> HttpResponse:
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MERGE_CUSTOMERS)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.MERGE_CUSTOMERS)
def undo(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404
