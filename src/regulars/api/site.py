"""The script for the shop's site, at an address that never changes: /site/regulars.js."""

from __future__ import annotations

import hashlib
from functools import lru_cache
from pathlib import Path

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.utils.cache import get_conditional_response, patch_vary_headers
from django.views.decorators.http import require_safe

BUILT = Path(__file__).resolve().parent / "built"
NAME = "regulars.js"
CACHE_SECONDS = 3600
"""An hour: so long a fault of the script stays with visitors after it was mended."""
_PACKED = {"br": ".br", "gzip": ".gz"}
"""The ways in which the build has packed it, the smaller first."""


@require_safe
@login_not_required
def script(request: HttpRequest) -> HttpResponseBase:
    """The script as it was built, packed as the browser takes it."""
    accepted = {part.split(";")[0].strip() for part in request.headers.get("Accept-Encoding", "").split(",")}
    packed = next((name for name in _PACKED if name in accepted), "")
    try:
        body, tag = _file(packed)
    except FileNotFoundError:
        return HttpResponse("Not built: run `make assets`.\n", content_type="text/plain", status=404)
    response = get_conditional_response(request, etag=tag) or HttpResponse(body)
    if response.status_code == 200:
        response["Content-Type"] = "text/javascript; charset=utf-8"
        if packed:
            response["Content-Encoding"] = packed
    response["ETag"] = tag
    response["Cache-Control"] = f"public, max-age={CACHE_SECONDS}"
    # Pages of other addresses load it, those too that ask for leave (crossorigin, COEP).
    response["Access-Control-Allow-Origin"] = "*"
    response["Cross-Origin-Resource-Policy"] = "cross-origin"
    patch_vary_headers(response, ["Accept-Encoding"])
    return response


def _file(packed: str) -> tuple[bytes, str]:
    """The bytes and their ETag. Raises FileNotFoundError where nothing was built."""
    path = BUILT / (NAME + _PACKED.get(packed, ""))
    return _read(path, path.stat().st_mtime_ns)


@lru_cache(maxsize=8)
def _read(path: Path, changed: int) -> tuple[bytes, str]:
    body = path.read_bytes()
    return body, f'"{hashlib.sha256(body).hexdigest()[:20]}"'
