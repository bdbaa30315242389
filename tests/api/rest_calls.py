"""Calls of the REST API in tests: a key, and a client that speaks JSON."""

from __future__ import annotations

import json
from collections.abc import Collection
from typing import Any

from django.http import HttpResponse
from django.test import Client

from regulars.kit import clock
from regulars.team.services import create_key
from regulars.team.types import KeyKind, Scope


class Caller:
    """Somebody with a key. `headers` of a call override what is sent by default."""

    def __init__(self, secret: str) -> None:
        self.secret = secret
        self._client = Client(raise_request_exception=False)

    def __call__(
        self, method: str, path: str, body: Any = None, *, raw: bytes | None = None, **headers: str
    ) -> HttpResponse:
        sent = {"Authorization": f"Bearer {self.secret}"} | {
            name.replace("_", "-"): value for name, value in headers.items()
        }
        kind = sent.pop("Content-Type", "application/json")
        payload = raw if raw is not None else (b"" if body is None else json.dumps(body).encode())
        answer: HttpResponse = self._client.generic(  # type: ignore[assignment]
            method, f"/api/v1{path}", payload, content_type=kind, headers=sent
        )
        return answer


def caller(
    kind: KeyKind = KeyKind.SERVER, scopes: Collection[Scope] | None = None, branch_id: int | None = None
) -> Caller:
    """A caller with a new key of all that its kind may, or of these scopes."""
    made = create_key(name="Tests", kind=kind, now=clock.now(), scopes=scopes, branch_id=branch_id)
    return Caller(made.secret)


def told(answer: HttpResponse) -> Any:
    """The document of an answer."""
    return json.loads(answer.content)


def problem(answer: HttpResponse) -> tuple[int, str]:
    """Status and code of a refusal, after a look that it is problem+json as RFC 9457 has it."""
    assert answer["Content-Type"] == "application/problem+json", answer.content
    document = told(answer)
    assert document["status"] == answer.status_code
    assert document["title"]
    assert document["detail"]
    assert document["type"] == f"/api/v1/reference#{document['code']}"
    return answer.status_code, document["code"]
