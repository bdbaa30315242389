"""Asking the server, which may be away: then the till goes on alone."""

from __future__ import annotations

import time
from typing import Any

import httpx

API = "/api/v1"
REST_SECONDS = 10.0
"""So long it is not asked again after it gave no answer."""


class Away(Exception):
    """The server cannot be reached in time."""


class Refused(Exception):
    """The server says no, and why; `code` is for programs."""

    def __init__(self, code: str, detail: str) -> None:
        super().__init__(detail)
        self.code = code


class Server:
    """What tells of the address, the key and the language is the client's."""

    def __init__(self, client: httpx.Client, *, rest_seconds: float = REST_SECONDS) -> None:
        self._client = client
        self._rest_seconds, self._rests_until = rest_seconds, 0.0

    def ask(self, method: str, path: str, body: Any = None) -> Any:
        if time.monotonic() < self._rests_until:
            raise Away("the server did not answer a moment ago")
        try:
            answer = self._client.request(method, API + path, json=body)
        except httpx.TransportError as error:
            self._rests_until = time.monotonic() + self._rest_seconds
            raise Away(str(error)) from error
        if answer.status_code in {429, 500, 502, 503, 504}:
            raise Away(f"the server answers {answer.status_code}")
        told = answer.json()
        if answer.status_code >= 400:
            raise Refused(told["code"], told["detail"])
        return told
