"""Building a condition, with those it finds.

`segments-new` begins with nothing, or with `?ready=KEY` from a ready segment (`segments.ready`), or with
`?like=NUMBER` from the condition of another segment.
"""

from __future__ import annotations

from django.http import Http404, HttpRequest, HttpResponse
from django.views.decorators.http import require_http_methods, require_POST

from regulars.console.access import allowed
from regulars.team.types import Permission


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MAKE_SEGMENTS)
def new(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_http_methods(["GET", "HEAD", "POST"])
@allowed(Permission.MAKE_SEGMENTS)
def edit(request: HttpRequest, number: int) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.MAKE_SEGMENTS)
def edit_tree(request: HttpRequest) -> HttpResponse:
    raise Http404


@require_POST
@allowed(Permission.MAKE_SEGMENTS)
def count(request: HttpRequest) -> HttpResponse:
    raise Http404
