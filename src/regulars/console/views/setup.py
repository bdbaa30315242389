"""The first start: the owner's password, the shop, its branches."""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse

from regulars.console.access import allowed
from regulars.team.types import Permission


@allowed(Permission.SET_UP_SHOP)
def page(request: HttpRequest) -> HttpResponse:
    raise Http404
