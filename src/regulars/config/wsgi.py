"""The web application, for Granian or any other WSGI server."""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("REGULARS_DATABASE_POOL", "1")
_pages = get_wsgi_application()

from regulars.api import keys  # noqa: E402 (needs the settings that the line above reads)
from regulars.api.ingest import door  # noqa: E402
from regulars.events import services as events  # noqa: E402

keys.write_uses_behind()
events.tell_behind()


def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """Events go past what pages need (sessions, languages, forms); all else goes through Django."""
    answer = door.application if environ["PATH_INFO"].startswith(door.PREFIX) else _pages
    return answer(environ, start_response)
