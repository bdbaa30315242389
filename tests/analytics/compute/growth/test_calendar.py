from __future__ import annotations

from statistics import median

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.analytics.compute.growth import naive

from regulars.analytics.compute.growth.calendar import Calendar

ORDERS = st.lists(st.tuples(st.integers(0, 5), st.integers(0, 40)), min_size=1, max_size=60)
SIZE = 6


def calendar_of(orders: list[tuple[int, int]]) -> Calendar:
    customer, day = np.array(orders).T
    return Calendar.of(customer, day, SIZE)


def persons_of(orders: list[tuple[int, int]], before: int) -> list[naive.Person]:
    found = naive.people([(customer, day, 1.0) for customer, day in orders], before)
    return [found.get(customer, naive.Person([])) for customer in range(SIZE)]


@given(ORDERS, st.integers(0, 45))
def test_what_is_known_before_a_day(orders: list[tuple[int, int]], before: int) -> None:
    calendar, persons = calendar_of(orders), persons_of(orders, before)
    known = calendar.orders(before)
    assert known.tolist() == [len(person.orders) for person in persons]
    assert calendar.purchase_days(before).tolist() == [len(person.days) for person in persons]
    first, last = calendar.first, calendar.last(known)
    for customer, person in enumerate(persons):
        if person.orders:
            assert (first[customer], last[customer]) == (person.days[0], person.days[-1])


@given(
    ORDERS, st.integers(1, 45), st.lists(st.sampled_from([0, 0.5, 3, 7.5, 12, 40]), min_size=6, max_size=6)
)
def test_usual_gaps(orders: list[tuple[int, int]], before: int, limits: list[float]) -> None:
    calendar, persons = calendar_of(orders), persons_of(orders, before)
    gaps = calendar.purchase_days(before) - 1
    below = calendar.usual_gap_below(np.array(limits), np.maximum(gaps, 0), before)
    expected = [bool(p.gaps) and median(p.gaps) < limit for p, limit in zip(persons, limits, strict=True)]
    assert below.tolist() == expected
    two = [customer for customer, person in enumerate(persons) if person.gaps]
    assert calendar.usual_gaps(np.array(two, dtype=int), before).tolist() == [
        median(persons[c].gaps) for c in two
    ]


def test_rhythm_of_a_shop_with_enough_pairs() -> None:
    # 60 pairs: 50 of 10 days, 10 of 100; the 90th percentile lies among the long ones
    orders = [(0, 10 * n) for n in range(51)] + [(1, 100 * n) for n in range(11)]
    assert calendar_of(orders).rhythm(2000) == pytest.approx(100.0)
    assert calendar_of(orders).rhythm(500) == 30.0  # 50 + 4 pairs were known then, and q is at least 30


def test_rhythm_is_90_days_where_too_little_is_known() -> None:
    assert calendar_of([(0, n) for n in range(50)]).rhythm(1000) == 90.0


def test_days_beyond_the_narrow_numbers() -> None:
    calendar = calendar_of([(0, 0), (0, 40_000), (1, 39_999)])
    assert calendar.last(calendar.orders(50_000)).tolist()[:2] == [40_000, 39_999]
    assert calendar.usual_gaps(np.array([0]), 50_000).tolist() == [40_000.0]
