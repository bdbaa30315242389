"""What Segment's library for browsers asks for besides sending."""

from __future__ import annotations

import msgspec

SETTINGS = ("projects/", "/settings")
METRICS = frozenset({"m"})
"""Where the library tells how well it does; it may, and nobody listens."""
METRICS_TAKEN = b'{"success":true}'


def settings_of(key: str, host: str, *, https: bool) -> bytes:
    """Which plugins the library shall load: none but the one that sends to us, at this host."""
    return msgspec.json.encode(
        {
            "integrations": {
                "Segment.io": {
                    "apiKey": key,
                    "apiHost": f"{host}/v1",
                    "protocol": "https" if https else "http",
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
