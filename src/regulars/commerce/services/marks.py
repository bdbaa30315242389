"""Which months of the lake and which profiles a batch touches, gathered and marked at its end."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime

from regulars.commerce.rules.occasions import month_of, months_of
from regulars.commerce.types import LINES_TABLE, NewCredit, Order
from regulars.events import services as events


@dataclass
class Marks:
    months: set[date] = field(default_factory=set)
    profiles: set[int | None] = field(default_factory=set)

    def order(self, order: Order) -> None:
        self.months |= months_of(order)
        self.profiles.add(order.profile_id)

    def credit(self, credit: NewCredit, order_profile_id: int | None = None) -> None:
        self.money_back(credit.credited_at, credit.profile_id, order_profile_id)

    def money_back(self, moment: datetime, *profiles: int | None) -> None:
        self.months.add(month_of(moment))
        self.profiles |= set(profiles)

    def write(self) -> None:
        """Leave the marks, in the transaction of what they tell of."""
        events.touch(
            months=[(LINES_TABLE, month) for month in self.months],
            profiles=[profile for profile in self.profiles if profile is not None],
        )
