"""What of the shop a condition's meaning depends on."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo


@dataclass(frozen=True, slots=True)
class Surroundings:
    """The shop's zone (an IANA name) and currency (ISO 4217)."""

    zone: str
    currency: str

    def today(self, now: datetime) -> date:
        """The day of the shop's calendar."""
        return now.astimezone(ZoneInfo(self.zone)).date()

    def begins(self, day: date) -> datetime:
        """The first moment of a day of the shop's calendar, in UTC."""
        return datetime.combine(day, time(), tzinfo=ZoneInfo(self.zone)).astimezone(UTC)

    def ends(self, day: date) -> datetime:
        """The first moment after a day of the shop's calendar, in UTC."""
        return self.begins(day + timedelta(days=1))
