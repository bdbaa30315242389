"""The web application, for Granian or any other WSGI server."""

from __future__ import annotations

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("REGULARS_DATABASE_POOL", "1")
application = get_wsgi_application()

from regulars.api import keys  # noqa: E402 (needs the settings that the line above reads)

keys.write_uses_behind()
