from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

from regulars.events import rules


def test_months_go_over_the_end_of_the_year() -> None:
    months = rules.months_from(datetime(2025, 11, 30, 12, tzinfo=UTC), 4)
    assert months == [date(2025, 11, 1), date(2025, 12, 1), date(2026, 1, 1), date(2026, 2, 1)]


def test_a_month_is_one_of_utc() -> None:
    still_january = datetime(2026, 2, 1, 2, tzinfo=timezone(timedelta(hours=3)))
    assert rules.months_from(still_january, 1) == [date(2026, 1, 1)]
    assert rules.start_of_month(date(2026, 1, 1)) == datetime(2026, 1, 1, tzinfo=UTC)


def test_every_month_is_followed_by_the_next() -> None:
    month, seen = date(2023, 1, 1), []
    for _ in range(36):
        seen.append((month.year, month.month))
        month = rules.next_month(month)
    assert seen == [(2023 + n // 12, n % 12 + 1) for n in range(36)]


def test_partitions_sort_by_name() -> None:
    assert rules.partition_name("fact", date(2026, 3, 1)) == "events_fact_2026_03"
