"""What is replayed over what."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from regulars.loyalty.types import Programme
from regulars.loyalty.types.benefits import CouponGiven
from regulars.loyalty.types.challenges import OfOrders
from regulars.loyalty.types.earning import ByPiece
from regulars.offers.types import Goods

YEARS_FOR_TIERS = {"rolling_year": 1, "calendar_year": 2, "ever": None}
"""How much before the year a tier's measure reaches; None: all."""


@dataclass(frozen=True, slots=True)
class Frame:
    """`first` and `last`: the days of the shop's calendar that are replayed, both included.

    `fits`: the persons each condition fits, by what asks for it (`rule:<key>`, `challenge:<key>`,
    `day:<key>`); what is not there asks for everybody. `spent_share`: of points, as many are spent.
    """

    programme: Programme
    zone: str
    first: date
    last: date
    fits: Mapping[str, Sequence[int]] = field(default_factory=dict)
    spent_share: float | None = None

    @property
    def since(self) -> datetime:
        return moment(self.first, self.zone)

    @property
    def until(self) -> datetime:
        return moment(self.last + timedelta(days=1), self.zone)

    @property
    def history(self) -> datetime | None:
        """From when on orders count for a tier; None: all."""
        tiers = self.programme.tiers
        if tiers is None:
            return self.since
        years = YEARS_FOR_TIERS[tiers.span]
        if years is None:
            return None
        first = self.first - timedelta(days=tiers.grace_days + 2)
        return moment(first.replace(year=first.year - years, day=min(first.day, 28)), self.zone)


def year_before(today: date) -> tuple[date, date]:
    """The twelve months that end with the day before."""
    last = today - timedelta(days=1)
    before = today.replace(year=today.year - 1, day=28 if (today.month, today.day) == (2, 29) else today.day)
    return before, last


def moment(day: date, zone: str) -> datetime:
    """The first moment of a day."""
    return datetime.combine(day, time(), tzinfo=ZoneInfo(zone))


def goods_asked(programme: Programme) -> bool:
    """Whether anything is said of particular goods, or of pieces: else an order is as good as one line."""
    return any(not goods.is_all for goods in _goods(programme)) or _counts_pieces(programme)


def fields_asked(programme: Programme) -> frozenset[str]:
    """Which names of goods anything is said of: product, category, brand."""
    found = set()
    for goods in _goods(programme):
        named = {"product": goods.products, "category": goods.categories, "brand": goods.brands}
        found |= {field for field, names in named.items() if names}
    return frozenset(found)


def _goods(programme: Programme) -> Iterable[Goods]:
    yield from (rule.goods for rule in programme.rules)
    for challenge in programme.challenges:
        if isinstance(challenge.counted, OfOrders):
            yield challenge.counted.goods
    benefits = [*(c.benefit for c in programme.challenges), *(d.benefit for d in programme.personal_days)]
    yield from (benefit.goods for benefit in benefits if isinstance(benefit, CouponGiven))


def _counts_pieces(programme: Programme) -> bool:
    counted = (challenge.counted for challenge in programme.challenges)
    return any(isinstance(rule.gives, ByPiece) for rule in programme.rules) or any(
        isinstance(one, OfOrders) and one.pieces for one in counted
    )
