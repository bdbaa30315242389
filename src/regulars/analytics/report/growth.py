"""Growth points as cards with their range drawn on one scale."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from regulars.analytics.types import Audit
from regulars.analytics.wording.growth import GrowthWords, growth_words
from regulars.analytics.wording.numbers import Formats


@dataclass(frozen=True)
class GrowthCard:
    """`low_at`, `value_at`, `high_at` are places on a line from 0 to the largest of all cards, in percent."""

    words: GrowthWords
    low_at: str
    value_at: str
    high_at: str
    mood: str


def cards(audit: Audit, formats: Formats) -> list[GrowthCard]:
    largest = max((p.expected_revenue.high for p in audit.growth_points), default=Decimal(0))
    found = []
    for point in audit.growth_points:
        expected, test = point.expected_revenue, point.backtest
        found.append(
            GrowthCard(
                words=growth_words(point, audit, formats),
                low_at=_place(expected.low, largest),
                value_at=_place(expected.value, largest),
                high_at=_place(expected.high, largest),
                mood="" if test is None else "kept" if test.inside else "slipping",
            )
        )
    return found


def _place(amount: Decimal, largest: Decimal) -> str:
    share = float(amount / largest) if largest > 0 else 0.0
    return f"{min(max(share, 0.0), 1.0) * 100:.2f}"
