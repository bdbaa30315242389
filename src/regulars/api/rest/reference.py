"""The reference for those who write programs: the OpenAPI document, and the same as a page."""

from __future__ import annotations

import json
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from regulars.api.rest import openapi


@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document; there is nothing of the shop in it, so it needs no key."""
    return HttpResponse(_document(), content_type="application/json")


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The reference as a page without scripts."""
    return HttpResponse(_page())


@lru_cache(maxsize=1)
def _document() -> str:
    return json.dumps(openapi.document(), ensure_ascii=False)


@lru_cache(maxsize=1)
def _page() -> str:
    return render_to_string("api/reference.html", {})
