"""The calendar of the log's partitions (months of UTC), names, and what a consumer wants."""

from __future__ import annotations

import re
import traceback
import unicodedata
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from regulars.events.types import LoggedEvent


def months_from(moment: datetime, count: int) -> list[date]:
    """The first days of `count` months, from the one that `moment` falls into."""
    months = [moment.astimezone(UTC).date().replace(day=1)]
    while len(months) < count:
        months.append(next_month(months[-1]))
    return months


def next_month(month: date) -> date:
    """The first day of the month after."""
    return date(month.year + month.month // 12, month.month % 12 + 1, 1)


def start_of_month(month: date) -> datetime:
    """Its first moment."""
    return datetime(month.year, month.month, 1, tzinfo=UTC)


def partition_name(class_: str, month: date) -> str:
    """The table that holds the events of a class received in a month."""
    return f"events_{class_}_{month:%Y_%m}"


BROWSING_MONTHS = 13
"""So many whole months browsing is kept, besides the current one: a year, and the month to compare with."""


def browsing_kept_from(now: datetime) -> datetime:
    """Before this moment nothing is kept of browsing."""
    month = now.astimezone(UTC).date().replace(day=1)
    for _ in range(BROWSING_MONTHS):
        month = (month - timedelta(days=1)).replace(day=1)
    return start_of_month(month)


def lane_of(profile_id: int | None) -> int:
    """The lane of a profile's events, as the column of that name is generated (migration 0001)."""
    return (((profile_id or 0) & 2147483647) * 2654435761 >> 26) & 63


def snake_case(name: str) -> str:
    """A name as we store it: "Product Viewed", "productViewed" and "product-viewed" are product_viewed."""
    name = unicodedata.normalize("NFC", name)
    parted = []
    for before, letter, after in zip(" " + name, name, name[1:] + " ", strict=False):
        begins_word = not before.isupper() or after.islower()
        if letter.isupper() and before.isalnum() and begins_word:
            parted.append("_")
        parted.append(letter)
    return "_".join(re.findall(r"[^\W_]+", "".join(parted).lower()))


ERROR_CHARACTERS_MAX = 500
_VALUES = (
    re.compile(r"\S+@\S+"),  # an address
    re.compile(r"\+?\d[\d ()-]{5,}\d"),  # a telephone number, a card
    re.compile(r"\"[^\"]*\"|'[^']*'|«[^»]*»|“[^”]*”"),  # what is quoted
    re.compile(r"(?<==)\([^)]*\)"),  # PostgreSQL's (name)=(value)
)


def told(error: BaseException) -> str:
    """What may be shown of a mistake: its kind, its place in the code, and its words without values.

    Values are what stands in quotes, addresses, and numbers as long as a telephone's; details that
    PostgreSQL adds in further lines are left out, for they quote whole rows.
    """
    words = (str(error).strip().splitlines() or [""])[0]
    for pattern in _VALUES:
        words = pattern.sub("…", words)
    place = ""
    for frame in traceback.extract_tb(error.__traceback__):
        if "regulars" in frame.filename:
            place = f" ({Path(frame.filename).name}:{frame.lineno}, {frame.name})"
    return f"{type(error).__name__}: {words}{place}"[:ERROR_CHARACTERS_MAX]


def wanted(events: Sequence[LoggedEvent], most: int) -> tuple[Sequence[LoggedEvent], Sequence[LoggedEvent]]:
    """At most `most` of the events that a consumer wants (they have a body), and all passed over for them."""
    found = [event for event in events if event.body is not None]
    if len(found) <= most:
        return found, events
    return found[:most], events[: events.index(found[most])]
