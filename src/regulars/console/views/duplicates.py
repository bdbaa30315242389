"""Customers who may be one."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods

from regulars.console.access import allowed
from regulars.team.types import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MERGE_CUSTOMERS)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MERGE_CUSTOMERS)
def export(request: HttpRequest) -> HttpResponse:
    raise Http404
