"""Imports: files brought in, their mapping, progress, what was set aside, undo."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.IMPORT)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.IMPORT)
def upload(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.IMPORT)
def detail(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@allowed(Permission.IMPORT)
def state(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@allowed(Permission.IMPORT)
def mapping(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@allowed(Permission.IMPORT)
def start(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@allowed(Permission.IMPORT)
def stop(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@allowed(Permission.IMPORT)
def rejected(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@allowed(Permission.IMPORT)
def undo(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@allowed(Permission.IMPORT)
def export(request: HttpRequest) -> HttpResponse:
    raise Http404
