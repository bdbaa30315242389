"""One customer: figures in words, timeline, notes, tasks."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.SEE_CUSTOMERS)
def page(request: HttpRequest, person: int) -> HttpResponse:
    raise Http404


@allowed(Permission.SEE_CUSTOMERS)
def timeline(request: HttpRequest, person: int) -> HttpResponse:
    raise Http404


@allowed(Permission.WRITE_NOTES)
def add_note(request: HttpRequest, person: int) -> HttpResponse:
    raise Http404


@allowed(Permission.WRITE_NOTES)
def delete_note(request: HttpRequest, person: int, note: int) -> HttpResponse:
    raise Http404


@allowed(Permission.DO_TASKS)
def add_task(request: HttpRequest, person: int) -> HttpResponse:
    raise Http404
