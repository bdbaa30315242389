"""Tasks of the team."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.DO_TASKS)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.TAKE_LISTS_OUT)
def export(request: HttpRequest) -> HttpResponse:
    raise Http404


@allowed(Permission.DO_TASKS)
def close(request: HttpRequest, task: int) -> HttpResponse:
    raise Http404


@allowed(Permission.DO_TASKS)
def reopen(request: HttpRequest, task: int) -> HttpResponse:
    raise Http404
