"""Segments: the list, one of them, its people."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from regulars.console.access import allowed
from regulars.team.types import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SEE_CUSTOMERS)
def export(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SEE_CUSTOMERS)
def ready(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SEE_CUSTOMERS)
def upload(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SEE_CUSTOMERS)
def segment(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SEE_CUSTOMERS)
def state(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.SEE_CUSTOMERS)
def people(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.SEE_CUSTOMERS)
def freeze(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.SEE_CUSTOMERS)
def archive(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.SEE_CUSTOMERS)
def restore(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.SEE_CUSTOMERS)
def copy(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404
