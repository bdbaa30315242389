"""The reference for those who write programs: the OpenAPI document, and the same as a page."""

from __future__ import annotations

import json
from functools import lru_cache

from django.http import HttpRequest, HttpResponse
from django.template.loader import render_to_string
from django.views.decorators.http import require_safe

from regulars.api.rest import described, openapi
from regulars.api.rest.bodies import BODY_BYTES_MAX
from regulars.api.rest.pages import LIMIT, LIMIT_MAX
from regulars.api.rest.problems import Code

_HEADERS = {"Cache-Control": "max-age=300"}


@require_safe
def openapi_json(request: HttpRequest) -> HttpResponse:
    """The OpenAPI document; there is nothing of the shop in it, so it needs no key."""
    return HttpResponse(_document(), headers={"Content-Type": "application/json", **_HEADERS})


@require_safe
def page(request: HttpRequest) -> HttpResponse:
    """The reference as a page, without scripts and without a key."""
    return HttpResponse(_page(), headers=_HEADERS)


@lru_cache(maxsize=1)
def _document() -> str:
    return json.dumps(openapi.document(), ensure_ascii=False)


@lru_cache(maxsize=1)
def _page() -> str:
    context = {
        "groups": described.groups(openapi.document()),
        "problems": list(Code),
        "body_kilobytes": BODY_BYTES_MAX // 1024,
        "limit": LIMIT,
        "limit_max": LIMIT_MAX,
    }
    return render_to_string("api/reference.html", context)
