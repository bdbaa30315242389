"""Signatures, the schedule of tries and what a message says. Nothing here knows the database or the time."""

from __future__ import annotations

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import Any

from regulars.webhooks.types import TRIES_MAX

SECRET_PREFIX = "whsec_"  # noqa: S105 (how Standard Webhooks marks a secret)
SECRET_BYTES = 32
MESSAGE_PREFIX = "msg_"

WAITS = tuple(
    timedelta(seconds=seconds)
    for seconds in (30, 90, 180, 600, 900, 1_800, 3_600, 7_200, 14_400, 28_800, 28_800)
)
"""How long after each failed try the next one comes: 12 tries in 24 hours, the first ones close together."""
JITTER = 0.1
"""Each wait is up to a tenth shorter or longer, so that what failed together does not come back together."""


def next_try(*, tries: int, now: datetime, chance: float, retry_after: int | None = None) -> datetime | None:
    """When to try again after the failure of try number `tries`; None: that was the last.

    `chance`, from 0 to 1, places the moment within the jitter. A receiver that asks for a longer pause
    (seconds) gets it.
    """
    if tries >= TRIES_MAX:
        return None
    wait = WAITS[tries - 1] * (1 - JITTER + 2 * JITTER * chance)
    return now + max(wait, timedelta(seconds=retry_after or 0))


def secret_of(random: bytes) -> str:
    """Random bytes as a secret that libraries of Standard Webhooks take."""
    return SECRET_PREFIX + base64.b64encode(random).decode()


def signature(secret: str, *, message_id: str, timestamp: int, body: str) -> str:
    """The signature `v1` of Standard Webhooks, of what is sent and when (seconds since 1970).

    Source: https://github.com/standard-webhooks/standard-webhooks/blob/main/spec/standard-webhooks.md
    """
    try:
        key = base64.b64decode(secret.removeprefix(SECRET_PREFIX), validate=True)
    except binascii.Error as error:
        raise ValueError("not a secret of a webhook") from error
    signed = f"{message_id}.{timestamp}.{body}".encode()
    return "v1," + base64.b64encode(hmac.digest(key, signed, hashlib.sha256)).decode()


def headers(secrets: Sequence[str], *, message_id: str, timestamp: int, body: str) -> dict[str, str]:
    """What goes with a message; while a secret is being changed, with the signatures of both."""
    signatures = [signature(s, message_id=message_id, timestamp=timestamp, body=body) for s in secrets]
    return {
        "Content-Type": "application/json",
        "webhook-id": message_id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(signatures),
    }


def message(
    *,
    name: str,
    occurred_at: datetime,
    event_id: int | None,
    customer: tuple[str, str] | None,
    properties: Mapping[str, Any],
) -> str:
    """What a receiver reads of an event. `customer`: the source and the id under which it knows them."""
    content: dict[str, Any] = {
        "event_id": event_id,
        "customer": {"source": customer[0], "id": customer[1]} if customer else None,
        "properties": outward(properties),
    }
    moment = occurred_at.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
    told = {"type": name, "timestamp": moment, "data": content}
    return json.dumps(told, ensure_ascii=False, separators=(",", ":"))


def outward(properties: Mapping[str, Any]) -> dict[str, Any]:
    """The properties of an event without our own numbers of rows; an order goes by the shop's own id."""
    kept = {
        name: value
        for name, value in properties.items()
        if not (name.endswith("_id") and isinstance(value, int))
    }
    number = kept.pop("number", None)
    return kept | {"order_id": number} if number else kept
