"""What is reached, told by hand: windows, rows of days, what begins anew; no database."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.loyalty.rules.challenges import Counted, Edition, Standing, tally, window_begins
from regulars.loyalty.types.challenges import Challenge

FIRST = date(2024, 2, 26)
"""A Monday; the 29th of February follows."""
_BENEFIT = {"kind": "badge"}


def challenge(**values: Any) -> Challenge:
    told = {"key": "one", "name": "One", "counted": {"kind": "orders"}, "benefit": _BENEFIT}
    return Challenge.model_validate(told | values)


def at_noon(day: date) -> datetime:
    return datetime.combine(day, time(12), tzinfo=UTC)


def done(*days: int, amount: int = 1) -> list[Counted]:
    """Something on each of these days after FIRST."""
    found = []
    for number in sorted(days):
        day = FIRST + timedelta(days=number)
        found.append(Counted(at_noon(day), day, amount, 1))
    return found


def reached(what: Challenge, counted: Sequence[Counted]) -> dict[str, int]:
    """How often, by window."""
    edition = Edition(datetime(2020, 1, 1, tzinfo=UTC), 1, what)
    return {window: len(times) for window, times in tally([edition], counted).reached().items()}


def standing(what: Challenge, counted: Sequence[Counted], after: int) -> Standing:
    """How far, so many days after FIRST."""
    edition = Edition(datetime(2020, 1, 1, tzinfo=UTC), 1, what)
    return tally([edition], counted).standing(what, FIRST + timedelta(days=after))


def test_a_card_begins_anew_with_what_was_too_much() -> None:
    card = challenge(times=6, repeats=True)
    assert reached(card, done(0, 1, amount=7)) == {"ever": 2}
    here = standing(card, done(0, 1, amount=7), after=1)
    assert (here.done, here.reached, here.is_over, here.until) == (2, 2, False, None)


def test_once_is_once() -> None:
    welcome = challenge(times=2)
    assert reached(welcome, done(*range(9))) == {"ever": 1}
    here = standing(welcome, done(*range(9)), after=9)
    assert (here.done, here.is_over) == (2, True)


def test_the_29th_of_february_is_of_its_month_and_year() -> None:
    monthly = challenge(times=4, window="month")
    assert reached(monthly, done(0, 1, 2, 3)) == {"2024-02": 1}
    assert reached(monthly, done(1, 2, 3, 4)) == {}
    assert standing(monthly, done(3), after=3).until == date(2024, 3, 1)
    yearly = challenge(window="year")
    assert reached(yearly, done(3, 3 + 366)) == {"2024": 1, "2025": 1}
    assert standing(yearly, done(3), after=3).until == date(2025, 1, 1)


def test_weeks_are_those_of_the_calendar() -> None:
    weekly = challenge(times=2, window="week", repeats=True, most=1)
    assert reached(weekly, done(0, 6)) == {"2024-W09": 1}
    assert reached(weekly, done(6, 7)) == {}
    assert standing(weekly, done(0), after=0).until == FIRST + timedelta(days=7)
    assert window_begins("2024-W09") == FIRST


def test_days_in_a_row_go_over_the_end_of_february() -> None:
    streak = challenge(times=4, in_a_row="days", repeats=True)
    assert reached(streak, done(2, 3, 4, 5)) == {"ever": 1}
    assert reached(streak, done(2, 3, 3, 5, 6)) == {}
    assert reached(streak, done(*range(8))) == {"ever": 2}
    assert standing(streak, done(2, 3, 4), after=5).done == 3
    assert standing(streak, done(2, 3, 4), after=5).until == FIRST + timedelta(days=6)
    assert standing(streak, done(2, 3, 4), after=6).done == 0


def test_months_in_a_row_have_one_each_however_far_apart() -> None:
    streak = challenge(times=3, in_a_row="months")
    assert reached(streak, done(0, 33, 70)) == {}
    assert reached(streak, done(0, 33, 60)) == {"ever": 1}
    here = standing(streak, done(0, 33), after=36)
    assert (here.done, here.until) == (2, date(2024, 5, 1))


def test_of_the_last_days_older_ones_do_not_count() -> None:
    lately = challenge(times=3, window="days", days=30, repeats=True)
    assert reached(lately, done(0, 15, 30)) == {}
    assert reached(lately, done(1, 15, 30)) == {"days": 1}
    assert reached(lately, done(1, 15, 30, 31, 32)) == {"days": 1}
    assert reached(lately, done(1, 15, 30, 31, 32, 33)) == {"days": 2}
    here = standing(lately, done(1, 15), after=20)
    assert (here.done, here.until) == (2, FIRST + timedelta(days=31))
    assert standing(lately, done(1, 15), after=31).done == 1
    once = challenge(times=2, window="days", days=30)
    assert reached(once, done(0, 1, 2, 3, 29)) == {"days": 1}
    assert reached(once, done(0, 1, 20, 31)) == {"days": 2}


def test_a_campaign_has_its_days() -> None:
    campaign = challenge(times=2, window="campaign", first=date(2024, 2, 28), last=date(2024, 3, 1))
    assert reached(campaign, done(1, 2)) == {}
    assert reached(campaign, done(2, 4)) == {"2024-02-28": 1}
    assert reached(campaign, done(4, 5)) == {}
    assert standing(campaign, done(2), after=3).until == date(2024, 3, 2)


@pytest.mark.parametrize(
    ("first", "last", "windows", "left"),
    [
        (date(2024, 2, 27), date(2024, 3, 9), {"2024-02-26": 1}, 2),  # begins later: what was done stays done
        (date(2024, 3, 3), date(2024, 3, 9), {"2024-02-26": 1}, 2),
        (date(2024, 3, 4), date(2024, 3, 9), {"2024-02-26": 1, "2024-03-04": 1}, 2),  # is another one
    ],
)
def test_a_campaign_whose_days_are_changed_while_it_lasts_is_reached_once(
    first: date, last: date, windows: dict[str, int], left: int
) -> None:
    before = challenge(times=2, window="campaign", first=FIRST, last=date(2024, 3, 3))
    after = challenge(times=2, window="campaign", first=first, last=last)
    changed = FIRST + timedelta(days=3)
    editions = [Edition(at_noon(FIRST - timedelta(days=9)), 1, before), Edition(at_noon(changed), 2, after)]
    found = tally(editions, done(0, 1, 8, 9))
    assert {window: len(times) for window, times in found.reached().items()} == windows
    here = found.standing(after, FIRST + timedelta(days=9))
    assert (here.window, here.done, here.is_over) == (list(windows)[-1], left, True)


def test_half_of_a_campaign_whose_days_are_changed_stays_done() -> None:
    before = challenge(times=2, window="campaign", first=FIRST, last=date(2024, 3, 3))
    after = challenge(times=2, window="campaign", first=date(2024, 2, 28), last=date(2024, 3, 3))
    editions = [
        Edition(at_noon(FIRST - timedelta(days=9)), 1, before),
        Edition(at_noon(FIRST + timedelta(days=1)), 2, after),
    ]
    assert tally(editions, done(0)).standing(after, FIRST + timedelta(days=1)).done == 1
    assert len(tally(editions, done(0, 4)).reached()["2024-02-26"]) == 1


def test_what_was_done_is_judged_by_the_programme_of_then() -> None:
    editions = [
        Edition(at_noon(FIRST), 1, challenge(times=3, repeats=True)),
        Edition(at_noon(FIRST + timedelta(days=4)), 2, None),
        Edition(at_noon(FIRST + timedelta(days=6)), 3, challenge(times=4, repeats=True)),
    ]
    found = tally(editions, done(*range(-2, 9))).reached()["ever"]
    assert [(one.at, one.edition.version_id) for one in found] == [
        (at_noon(FIRST + timedelta(days=2)), 1),
        (at_noon(FIRST + timedelta(days=8)), 3),
    ]


@pytest.mark.parametrize("label", ["ever", "days", "campaign"])
def test_some_windows_have_no_beginning(label: str) -> None:
    assert window_begins(label) is None


_THINGS = st.lists(st.tuples(st.integers(0, 800), st.integers(1, 9)), max_size=30)


@given(
    things=_THINGS,
    times=st.integers(1, 10),
    window=st.sampled_from(["ever", "day", "week", "month", "year"]),
    most=st.none() | st.integers(1, 3),
    repeats=st.booleans(),
)
def test_it_is_reached_as_often_as_it_goes_into_what_was_done(
    things: list[tuple[int, int]], times: int, window: Any, most: int | None, repeats: bool
) -> None:
    """However it is spread over the days of a window; counted here by formatted dates alone."""
    formats = {"ever": "ever", "day": "%Y-%m-%d", "week": "%G-W%V", "month": "%Y-%m", "year": "%Y"}
    sums: Counter[str] = Counter()
    counted = []
    for number, amount in sorted(things):
        day = FIRST + timedelta(days=number)
        sums[day.strftime(formats[window])] += amount
        counted.append(Counted(at_noon(day), day, amount, 1))
    limit = (most or 10**9) if repeats else 1
    expected = {label: min(limit, total // times) for label, total in sums.items() if total >= times}
    what = challenge(times=times, window=window, repeats=repeats, most=most)
    assert reached(what, counted) == expected


@given(days=st.sets(st.integers(0, 60)), times=st.integers(1, 5), repeats=st.booleans())
def test_rows_of_days_are_cut_into_as_many_as_they_hold(days: set[int], times: int, repeats: bool) -> None:
    marks = "".join("x" if number in days else " " for number in range(62))
    runs = [len(run) // times for run in marks.split() if len(run) >= times]
    expected = sum(runs) if repeats else min(1, sum(runs))
    found = reached(challenge(times=times, in_a_row="days", repeats=repeats), done(*days))
    assert found.get("ever", 0) == expected
