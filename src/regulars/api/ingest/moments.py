"""When an item happened, by a clock of somebody else."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from regulars.api.ingest.errors import Refused
from regulars.api.ingest.types import Code

Told = str | int | float | None

LATE_MAX = timedelta(days=366)
"""How late an item may come: keys of browsing live 13 months, and a repeated item must find its key."""
AHEAD_MAX = timedelta(days=1)
"""A clock that is further ahead is not wrong, it is broken; what is less far ahead happened just now."""
_MILLISECONDS_FROM = 100_000_000_000
"""Greater numbers are milliseconds since 1970 (1973 on), smaller ones seconds (up to the year 5138)."""


def occurred_at(timestamp: Told, sent_at: Told, received_at: datetime) -> datetime:
    """The moment by our clock: `received − (sentAt − timestamp)`, so that a device's wrong clock cancels out.

    Without `timestamp` it happened when we heard of it; without `sentAt` the timestamp is believed. A moment
    in the future becomes now. Raises Refused for what is no moment, or an absurd one.
    """
    if timestamp is None or timestamp == "":
        return received_at
    told = _moment("timestamp", timestamp)
    try:
        if sent_at is not None and sent_at != "":
            told = received_at - (_moment("sentAt", sent_at) - told)
        late = received_at - told
    except OverflowError:
        raise _bad("timestamp") from None
    if late > LATE_MAX:
        raise Refused(
            Code.TOO_OLD,
            f"It happened more than {LATE_MAX.days} days ago; bring history in as a file (Imports).",
        )
    if late < -AHEAD_MAX:
        raise Refused(Code.IN_THE_FUTURE, "timestamp is more than a day ahead; look at the sender's clock.")
    return min(told, received_at)


def _moment(name: str, told: str | int | float) -> datetime:
    try:
        if isinstance(told, str):
            moment = datetime.fromisoformat(told.strip())
        else:
            moment = datetime.fromtimestamp(told / 1000 if abs(told) >= _MILLISECONDS_FROM else told, UTC)
        return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)
    except (ValueError, OverflowError, OSError):
        raise _bad(name) from None


def _bad(name: str) -> Refused:
    return Refused(Code.BAD_TIMESTAMP, f"{name} is not a moment; write it as 2026-05-01T12:30:00.000Z.")
