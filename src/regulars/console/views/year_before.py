"""What a programme would have cost over the last twelve months."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from regulars.console.access import allowed
from regulars.team.types import Permission


@never_cache
@require_safe
@allowed(Permission.SET_UP_LOYALTY)
def page(request: HttpRequest) -> HttpResponse:
    """What a programme would have cost over the last twelve months."""
    return render(request, "console/loyalty/unfinished.html")
