"""The calendar of the log's partitions: months of UTC."""

from __future__ import annotations

from datetime import UTC, date, datetime


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
