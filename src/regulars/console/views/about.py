"""What a customer is like, agreed to, and who looks after them."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from regulars.console.access import allowed
from regulars.team.types import Permission


@require_POST
@allowed(Permission.CHANGE_CUSTOMERS)
def attributes(request: HttpRequest, person: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.CHANGE_CUSTOMERS)
def consents(request: HttpRequest, person: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.CHANGE_CUSTOMERS)
def manager(request: HttpRequest, person: int) -> HttpResponse:
    raise Http404
