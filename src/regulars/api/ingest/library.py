"""What Segment's library for browsers asks for besides sending."""

from __future__ import annotations

from typing import Any

import msgspec

SETTINGS = ("projects/", "/settings")
METRICS = frozenset({"m"})
"""Where the library tells how well it does; it may, and nobody listens."""
METRICS_TAKEN = b'{"success":true}'


def settings_of(key: str, environ: dict[str, Any]) -> bytes:
    """Which plugins the library shall load: none but the one that sends to us."""
    scheme = environ["wsgi.url_scheme"]
    return msgspec.json.encode(
        {
            "integrations": {
                "Segment.io": {
                    "apiKey": key,
                    "apiHost": f"{environ.get('HTTP_HOST', '')}/v1",
                    "protocol": environ.get("HTTP_X_FORWARDED_PROTO", scheme),
                    "unbundledIntegrations": [],
                    "addBundledMetadata": True,
                    "maybeBundledConfigIds": {},
                    "versionSettings": {"version": "4.4.7", "componentTypes": ["browser"]},
                }
            },
            "plan": {"track": {"__default": {"enabled": True, "integrations": {}}}},
            "edgeFunction": {},
            "middlewareSettings": {},
            "enabledMiddleware": {},
            "metrics": {"sampleRate": 0},
            "legacyVideoPluginsEnabled": False,
            "remotePlugins": [],
        }
    )
