"""The first page: how the shop stands, whom to look at today, what to do next."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.SEE_FIGURES)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404
