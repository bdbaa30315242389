"""Folders and addresses that are read again by themselves."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.IMPORT)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.IMPORT)
def new(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.IMPORT)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@allowed(Permission.IMPORT)
def check(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@allowed(Permission.IMPORT)
def delete(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404
