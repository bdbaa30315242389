"""Sending what is due.

A round claims due rows in a transaction of its own and commits, posts without any transaction open, and
notes what came of each in another. A worker that dies in between leaves the row held; it comes due again
once that has run out, and goes out under the same id.
"""

from __future__ import annotations

import logging
import random
import ssl
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.conf import settings
from django.db import connection, transaction

from regulars.kit import outgoing, sealing
from regulars.kit.outgoing import Network, OutgoingError
from regulars.webhooks import rules
from regulars.webhooks.models import Endpoint
from regulars.webhooks.services.endpoints import SEALED_FOR
from regulars.webhooks.services.outcomes import Outcome, note
from regulars.webhooks.types import ENDPOINTS_MAX

logger = logging.getLogger(__name__)

AT_ONCE = 4
"""Messages under way to one endpoint; one if the last try failed, so that a receiver that is down or
slow takes little and one that comes up again is not overrun."""
HELD = timedelta(seconds=60)
"""For longer than a POST may take; so late is taken up what a worker that died had claimed."""
LOOK_SECONDS = 0.25
"""While something is under way, how often it is looked whether more is due."""

_CLAIM = """
WITH due AS MATERIALIZED (
    SELECT found.id FROM unnest(%s::bigint[], %s::int[]) AS e(id, free)
    CROSS JOIN LATERAL (
        SELECT d.id FROM webhooks_delivery AS d
        WHERE d.endpoint_id = e.id AND d.state = 'waiting' AND d.next_try_at <= %s
          AND (d.held_until IS NULL OR d.held_until <= %s)
        ORDER BY d.next_try_at, d.id
        LIMIT e.free
        FOR UPDATE SKIP LOCKED
    ) AS found
)
UPDATE webhooks_delivery AS d
SET tries = d.tries + 1, held_until = %s, last_tried_at = %s, first_tried_at = coalesce(d.first_tried_at, %s)
FROM due WHERE d.id = due.id
RETURNING d.id, d.endpoint_id, d.message_id, d.body, d.tries
"""


@dataclass(frozen=True, slots=True)
class Target:
    """Where to and signed how; without secrets nothing can be sent."""

    url: str
    secrets: Sequence[str]
    free: int


@dataclass(frozen=True, slots=True)
class Claimed:
    """A delivery that is ours until it is no longer held."""

    id: int
    endpoint_id: int
    message_id: str
    body: str
    tries: int


def send_due(*, clock: Callable[[], datetime], enough: Callable[[], bool] = lambda: False) -> int:
    """Send until nothing is due or `enough` says so; gives how many tries were made.

    Any number of workers may do so at once. No receiver holds up another.
    """
    made = 0
    flying: dict[Future[Outcome], Claimed] = {}
    context = ssl.create_default_context()
    allow = outgoing.networks(settings.OUTGOING_ALLOW)
    with ThreadPoolExecutor(ENDPOINTS_MAX * AT_ONCE, thread_name_prefix="webhook") as pool:
        while True:
            if not enough():
                for claimed, target in _claim(list(flying.values()), clock()):
                    flying[pool.submit(_post, claimed, target, clock, allow, context)] = claimed
            if not flying:
                return made
            done, _pending = wait(flying, timeout=LOOK_SECONDS, return_when=FIRST_COMPLETED)
            for future in done:
                claimed = flying.pop(future)
                chance = random.random()  # noqa: S311 (scatters tries, keeps no secret)
                note(claimed.id, claimed.endpoint_id, claimed.tries, _outcome(future), clock(), chance)
                made += 1


def _claim(flying: Sequence[Claimed], now: datetime) -> Iterator[tuple[Claimed, Target]]:
    targets = _targets(flying, now)
    if not targets:
        return
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            _CLAIM,
            [list(targets), [t.free for t in targets.values()], now, now, now + HELD, now, now],
        )
        rows = [Claimed(*row) for row in cursor.fetchall()]
    for claimed in rows:
        yield claimed, targets[claimed.endpoint_id]


def _targets(flying: Sequence[Claimed], now: datetime) -> dict[int, Target]:
    """Endpoints that are on, and how many messages each may still take."""
    found = {}
    for row in Endpoint.objects.filter(deleted_at=None, off_reason="").order_by("id"):
        most = 1 if row.failing_since else AT_ONCE
        free = most - sum(claimed.endpoint_id == row.pk for claimed in flying)
        if free > 0:
            found[row.pk] = Target(row.url, _secrets(row, now), free)
    return found


def _secrets(row: Endpoint, now: datetime) -> list[str]:
    """The secret, and for a while the one before; none if they were sealed under another key."""
    both = row.old_secret and row.old_secret_until is not None and row.old_secret_until > now
    opened = []
    for sealed in [row.secret, row.old_secret] if both else [row.secret]:
        with suppress(sealing.SealBroken):
            opened.append(sealing.unseal(sealed, purpose=SEALED_FOR))
    return opened


def _post(
    claimed: Claimed,
    target: Target,
    clock: Callable[[], datetime],
    allow: Sequence[Network],
    context: ssl.SSLContext,
) -> Outcome:
    """Runs in a thread of its own, without the database."""
    if not target.secrets:
        return Outcome(code="no_secret")
    headers = rules.headers(
        target.secrets,
        message_id=claimed.message_id,
        timestamp=int(clock().timestamp()),
        body=claimed.body,
    )
    began = time.monotonic()
    try:
        reply = outgoing.post(
            target.url,
            body=claimed.body.encode(),
            headers=headers,
            seconds=outgoing.POST_SECONDS,
            allow=allow,
            context=context,
        )
    except OutgoingError as error:
        return Outcome(code=error.code, took_ms=_milliseconds(began))
    return Outcome(
        code="" if 200 <= reply.status < 300 else f"status_{reply.status}",
        status=reply.status,
        answer=reply.text,
        retry_after=reply.retry_after,
        took_ms=_milliseconds(began),
    )


def _milliseconds(began: float) -> int:
    return round((time.monotonic() - began) * 1000)


def _outcome(future: Future[Outcome]) -> Outcome:
    try:
        return future.result()
    except Exception:  # a mistake of ours must not hold up the others
        logger.exception("a webhook could not be sent")
        return Outcome(code="mistake")
