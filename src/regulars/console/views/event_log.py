"""How far those who read the log are, and what they set aside."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST, require_safe

from regulars.console.access import allowed
from regulars.team.types import Permission


@require_safe
@allowed(Permission.CONNECT)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_safe
@allowed(Permission.CONNECT)
def state(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_safe
@allowed(Permission.CONNECT)
def set_aside(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_safe
@allowed(Permission.CONNECT)
def export(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.CONNECT)
def replay(request: HttpRequest) -> HttpResponse:
    raise Http404
