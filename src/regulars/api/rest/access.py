"""Who calls, how often they may, and what they may do; asked in that order before anything else."""

from __future__ import annotations

import hashlib
import time
from typing import Protocol

from django.db import connection

from regulars.api import keys, limits
from regulars.api.rest.call import Call
from regulars.api.rest.problems import Code, Problem
from regulars.team.types import ApiKey, KeyKind, Scope

_CHALLENGE = 'Bearer realm="Regulars", Basic realm="Regulars"'


class OfBranch(Protocol):
    """Who tells something: a till's key belongs to a branch, and so does what a till wrote down."""

    @property
    def branch_id(self) -> int | None: ...


class Needs:
    """What Ninja asks before an operation: a key with this scope."""

    def __init__(self, scope: Scope, *, writes: bool) -> None:
        self.scope = scope
        self.writes = writes

    def __call__(self, call: Call) -> ApiKey:
        """The key that calls. Raises Problem where it may not."""
        key = keys.calling(call.headers.get("Authorization"))
        if key is None:
            raise Problem(
                Code.NOT_AUTHENTICATED,
                "Send a key of Connections → Keys: `Authorization: Bearer sk_…`, or as the user of Basic. "
                "This one is missing, unknown or revoked.",
                headers={"WWW-Authenticate": _CHALLENGE},
            )
        call.caller, call.writes = key, self.writes
        verdict = limits.take(key, 1, time.monotonic())
        call.limit_headers = limits.headers(verdict)
        if not verdict.allowed:
            raise Problem(
                Code.TOO_MANY,
                f"This key may call {verdict.limit} times a minute. "
                f"Wait for as long as Retry-After says and go on slower.",
            )
        if key.kind is KeyKind.BROWSER:
            raise Problem(
                Code.NOT_ALLOWED,
                "A browser key is public and only sends events. Use a server key, and only on a server.",
            )
        if self.scope not in key.scopes:
            raise Problem(
                Code.NOT_ALLOWED,
                f"This key lacks the scope {self.scope.value}. Make one that has it in Connections → Keys.",
            )
        call.key = key
        return key


def alone_with(kind: str, external_id: str) -> None:
    """Let no other call write the same thing until this transaction ends.

    So nobody changes whose it is between the look at it and the writing.
    """
    digest = hashlib.sha256(f"{kind} {external_id}".encode()).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(digest[:8], "big", signed=True)])


def check_branch(key: OfBranch, branch_id: int | None) -> None:
    """Raise Problem if the key belongs to one branch and this is another."""
    if key.branch_id is not None and key.branch_id != branch_id:
        raise Problem(
            Code.NOT_YOUR_BRANCH, "A till's key sees and writes its own branch only; this is of another."
        )
