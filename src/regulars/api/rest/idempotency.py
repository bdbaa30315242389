"""`Idempotency-Key`: a call repeated takes effect once and gets the first answer again.

The answer is stored in the transaction of the effect, so a process that dies in between leaves neither.
What was refused or broke changed nothing and is not stored: the same key may be sent again with it mended.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable
from datetime import datetime, timedelta

from django.db import connection, transaction
from django.http import HttpResponse

from regulars.api.rest.call import Call, json_response
from regulars.api.rest.problems import Code, Problem, in_progress
from regulars.kit import sql

HEADER = "Idempotency-Key"
REPLAYED = "Idempotency-Replayed"
LENGTH_MAX = 255
KEPT = timedelta(hours=24)

_KEY = re.compile(r"[\x20-\x7e]{1,255}")
# Somebody in the way of one customer must not keep all connections: whoever calls repeats sooner than that.
_PATIENCE = "SET LOCAL lock_timeout = '5s'"
# A number of 64 bits: whom it meets by chance is only asked to come again.
_LOCK = "SELECT pg_try_advisory_xact_lock(%s)"
_LOOK = "SELECT fingerprint, status, body FROM api_answeredcall WHERE api_key_id = %s AND key = %s"
_KEEP = """
INSERT INTO api_answeredcall (api_key_id, key, fingerprint, status, body, answered_at)
VALUES (%s, %s, %s, %s, %s, %s)
"""
_FORGET = """
DELETE FROM api_answeredcall WHERE id IN (
    SELECT id FROM api_answeredcall WHERE answered_at < %s
    ORDER BY answered_at LIMIT %s FOR UPDATE SKIP LOCKED
)
"""


def once(call: Call, work: Callable[[], HttpResponse]) -> HttpResponse:
    """Do the work in one transaction, once for each idempotency key of the API key.

    Raises Problem: `in_progress` while the same key is at work, `idempotency_key_reused` when it came
    with another request before.
    """
    name = call.headers.get(HEADER)
    with transaction.atomic():
        sql.run(_PATIENCE)
        if name is None:
            return work()
        if not _KEY.fullmatch(name):
            raise Problem(
                Code.BAD_IDEMPOTENCY_KEY,
                f"An Idempotency-Key has 1 to {LENGTH_MAX} printable ASCII characters.",
            )
        fingerprint = _fingerprint(call)
        with connection.cursor() as cursor:
            # The lock first, the look after it in a statement of its own: so it sees who was before.
            cursor.execute(_LOCK, [_number(call.key.id, name)])
            if not cursor.fetchone()[0]:
                raise in_progress()
            cursor.execute(_LOOK, [call.key.id, name])
            known = cursor.fetchone()
        if known:
            return _again(bytes(known[0]) == fingerprint, known[1], known[2])
        response = work()
        with connection.cursor() as cursor:
            body = response.content.decode()
            cursor.execute(_KEEP, [call.key.id, name, fingerprint, response.status_code, body, call.now])
        return response


def forget(*, now: datetime, limit: int) -> int:
    """Forget at most `limit` answers that were kept long enough; says how many."""
    with connection.cursor() as cursor:
        cursor.execute(_FORGET, [now - KEPT, limit])
        return int(cursor.rowcount)


def _again(same: bool, status: int, body: str) -> HttpResponse:
    if not same:
        raise Problem(
            Code.KEY_REUSED,
            "This Idempotency-Key was used within the last 24 hours for another request. "
            "Take a new key for a new request.",
        )
    response = json_response(body, status)
    response[REPLAYED] = "true"
    return response


def _fingerprint(call: Call) -> bytes:
    told = "\n".join((call.method or "", call.get_full_path(), call.document))
    return hashlib.sha256(told.encode()).digest()


def _number(api_key_id: int, name: str) -> int:
    digest = hashlib.sha256(f"{api_key_id} {name}".encode()).digest()
    return int.from_bytes(digest[:8], "big", signed=True)
