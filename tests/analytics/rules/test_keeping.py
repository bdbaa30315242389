from __future__ import annotations

from datetime import date, timedelta

from regulars.analytics.rules.keeping import superfluous


def test_days_stay_for_a_quarter_and_then_month_ends() -> None:
    today = date(2026, 6, 30)
    days = [today - timedelta(days=n) for n in range(200)]
    gone = superfluous(days, today=today)
    kept = sorted(set(days) - gone)
    # 90 days back is 1 April; of the months before, their last days.
    assert kept[:4] == [date(2025, 12, 31), date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]
    assert kept[4:] == [date(2026, 4, 1) + timedelta(days=n) for n in range(91)]


def test_of_a_month_with_few_the_last_stays() -> None:
    days = [date(2025, 1, 3), date(2025, 1, 17), date(2025, 2, 5)]
    assert superfluous(days, today=date(2026, 1, 1)) == {date(2025, 1, 3)}
