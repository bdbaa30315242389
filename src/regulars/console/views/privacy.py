"""All that is kept of one customer, as a file, and its erasure."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from regulars.console.access import allowed
from regulars.team.types import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.HAND_OUT_PERSONAL_DATA)
def page(request: HttpRequest, person: int) -> HttpResponse:
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.HAND_OUT_PERSONAL_DATA)
def export(request: HttpRequest, person: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.HAND_OUT_PERSONAL_DATA)
def erase(request: HttpRequest, person: int) -> HttpResponse:
    raise Http404
