"""Calls /v1 in this process, the way the web server does."""

from __future__ import annotations

import base64
import io
import itertools
import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import jwt

from regulars.api import identity, keys, limits
from regulars.api.ingest import door
from regulars.team.services import create_key
from regulars.team.types import KeyKind, Scope

NOW = datetime(2026, 5, 20, 12, 0, tzinfo=UTC)
_numbers = itertools.count()


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)

    @property
    def counts(self) -> tuple[int, int, int]:
        """Taken, repeated, refused."""
        told = self.json
        return told["taken"], told["repeated"], told["refused"]

    @property
    def codes(self) -> list[str | None]:
        return [result.get("code") for result in self.json["results"]]


def forget() -> None:
    """What the process remembers of keys, limits and secrets belongs to the test before."""
    keys.forget()
    limits.forget()
    identity.forget()


def server_key(*scopes: Scope) -> str:
    return create_key(
        name="server", kind=KeyKind.SERVER, now=NOW, scopes=frozenset(scopes) if scopes else None
    ).secret


def browser_key() -> str:
    return create_key(name="site", kind=KeyKind.BROWSER, now=NOW).secret


def call(path: str, body: Any = b"", key: str | None = None, method: str = "POST", **environ: str) -> Answer:
    """`body`: bytes as they are, anything else as JSON."""
    if not isinstance(body, bytes):
        body = json.dumps(body).encode()
    told: dict[str, Any] = {
        "PATH_INFO": f"/v1/{path}",
        "REQUEST_METHOD": method,
        "CONTENT_LENGTH": str(len(body)),
        "CONTENT_TYPE": "application/json",
        "REMOTE_ADDR": "203.0.113.7",
        "HTTP_HOST": "localhost",
        "wsgi.url_scheme": "http",
        "wsgi.input": io.BytesIO(body),
        **environ,
    }
    if key is not None:
        told["HTTP_AUTHORIZATION"] = "Basic " + base64.b64encode(f"{key}:".encode()).decode()
    said: list[tuple[str, dict[str, str]]] = []
    answer = b"".join(door.application(told, lambda status, headers: said.append((status, dict(headers)))))
    [(status, headers)] = said
    return Answer(int(status.split()[0]), headers, answer)


def item(type_: str = "track", **fields: Any) -> dict[str, Any]:
    """One with a message id of its own."""
    return {"type": type_, "messageId": f"m{next(_numbers)}", **fields}


def track(event: str, user: str | None = "K1", **fields: Any) -> dict[str, Any]:
    who = {"userId": user} if user is not None else {}
    return item(event=event, **who, **fields)


def token(secret: str, **claims: Any) -> str:
    """As the shop's server makes it."""
    return jwt.encode({"exp": int(NOW.timestamp()) + 3600, **claims}, secret, algorithm="HS256")
