"""When rows count, as of now, and when they begin or cease to."""

from __future__ import annotations

from datetime import datetime, timedelta

from regulars.segments.compiling.asking import Asking, Bounds
from regulars.segments.compiling.moments import Moment, OfRow
from regulars.segments.types import Within

Span = tuple[datetime, datetime]
"""Later than the first, up to the second."""


def length(within: Within) -> timedelta | None:
    """How long something counts after it happened; None: it does not cease to."""
    if within.days is not None:
        return timedelta(days=within.days)
    return None if within.hours is None else timedelta(hours=within.hours)


def bounds(asking: Asking, at: str, within: Within, *filters: str) -> Bounds:
    """Which rows count, of those that have happened and pass these filters."""
    found = list(filters)
    since: Moment | None = None
    if (long := length(within)) is not None:
        since = asking.now - long
        found.insert(0, f"{at} > {asking.moment(since)}")
    if within.last is not None:
        found.insert(0, f"{at} < {asking.moment(asking.known.surroundings.ends(within.last))}")
    if within.first is not None:
        since = asking.known.surroundings.begins(within.first)
        found.insert(0, f"{at} >= {asking.moment(since)}")
    return Bounds(" AND ".join(found), None if isinstance(since, OfRow) else since)


def turning(after: datetime, up_to: datetime, counts_for: timedelta | None) -> list[Span]:
    """Between which moments lies what begins to count in (after, up_to], and what ceases to."""
    spans = [(after, up_to)]
    if counts_for is not None:
        spans.append((after - counts_for, up_to - counts_for))
    return spans


def in_span(asking: Asking, at: str, span: Span) -> str:
    """Whether a moment is in a span."""
    return f"{at} > {asking.moment(span[0])} AND {at} <= {asking.moment(span[1])}"
