"""Keys of programs, and the script for the shop's site."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from regulars.console.access import allowed
from regulars.team.types import Permission


@require_safe
@allowed(Permission.CONNECT)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.CONNECT)
def new(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.CONNECT)
def key(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.CONNECT)
def revoke(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_safe
@allowed(Permission.CONNECT)
def script(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.CONNECT)
def identity_secret(request: HttpRequest) -> HttpResponse:
    raise Http404
