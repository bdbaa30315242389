"""RFM: the score of a value among others, and the segment of a pair of scores."""

from __future__ import annotations

from typing import Final

from regulars.analytics.types import Segment

SCORES: Final = 5

# Rows: recency 5 down to 1; columns: frequency 1 to 5.
_MAP: Final[dict[int, tuple[Segment, ...]]] = {
    5: ("new", "potential_loyalist", "potential_loyalist", "champions", "champions"),
    4: ("promising", "potential_loyalist", "potential_loyalist", "loyal", "loyal"),
    3: ("about_to_sleep", "needs_attention", "needs_attention", "loyal", "loyal"),
    2: ("lost", "hibernating", "at_risk", "at_risk", "cannot_lose"),
    1: ("lost", "hibernating", "at_risk", "at_risk", "cannot_lose"),
}
SEGMENTS: Final[tuple[Segment, ...]] = (
    "champions",
    "loyal",
    "potential_loyalist",
    "new",
    "promising",
    "needs_attention",
    "about_to_sleep",
    "cannot_lose",
    "at_risk",
    "hibernating",
    "lost",
)


def segment(recency: int, frequency: int) -> Segment:
    """The segment of scores from 1 to 5; KeyError or IndexError outside."""
    if not 1 <= frequency <= SCORES:
        raise IndexError(frequency)
    return _MAP[recency][frequency - 1]
