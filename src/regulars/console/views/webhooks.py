"""Telling other systems what happened."""

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
def endpoint(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.CONNECT)
def rotate(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.CONNECT)
def test(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.CONNECT)
def switch(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.CONNECT)
def delete(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.CONNECT)
def resend(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_safe
@allowed(Permission.CONNECT)
def export(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404
