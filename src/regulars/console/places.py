"""Where a list goes on, as it stands in an address: a moment, and the id of the row of that moment."""

from __future__ import annotations

import re
from datetime import UTC, datetime

Place = tuple[datetime, int]
_NUMBER = re.compile(r"\d{1,18}", re.ASCII)
_PLACE = re.compile(r"(\d{1,17})_(\d{1,18})", re.ASCII)
_MICROSECONDS = 1_000_000


def place_text(place: Place) -> str:
    """Microseconds since 1970 and the id: "1714554000000000_12"."""
    return f"{round(place[0].timestamp() * _MICROSECONDS)}_{place[1]}"


def place_of(text: str) -> Place | None:
    """What stands in an address; None for what is no place."""
    match = _PLACE.fullmatch(text)
    if match is None:
        return None
    try:
        return datetime.fromtimestamp(int(match[1]) / _MICROSECONDS, UTC), int(match[2])
    except (OverflowError, ValueError, OSError):
        return None


def number_of(text: str) -> int | None:
    """The id of a row that stands in an address; None for what is none."""
    return int(text) if _NUMBER.fullmatch(text) else None
