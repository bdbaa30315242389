"""A standing discount beside offers, as a rule alone: against plain Python that tries everything."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.offers import combining_oracle as oracle
from tests.offers.coupon_shop import cart, terms
from tests.offers.test_combining import carts, goods, takes

from regulars.offers.rules.combining import Candidate, combine
from regulars.offers.rules.taking import Ready, folded
from regulars.offers.types import Cart, OffAmount, OffPercent, Standing, Terms


def of_sum(amount_minor: int, total_from_minor: int = 0) -> Standing:
    return Standing(OffAmount(amount_minor=amount_minor), total_from_minor)


offers = st.builds(
    lambda takes, goods, together, with_tier, coded: Terms.model_validate(
        {
            "name": "O",
            "kind": "prices" if takes["kind"] == "prices" else "shared" if coded else "personal",
            "takes": takes,
            "goods": goods,
            "with_offers": together,
            "with_tier": with_tier,
        }
    ),
    takes,
    goods,
    st.booleans(),
    st.booleans(),
    st.booleans(),
)
standings = st.one_of(
    st.builds(of_sum, st.integers(1, 20_000), st.integers(0, 20_000)),
    st.builds(lambda percent: Standing(OffPercent(percent=percent)), st.decimals("0.01", "40", places=2)),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(offers, max_size=4), carts, standings)
def test_what_leaves_least_counts_with_the_fewest_codes(
    some: list[Terms], what: Cart, standing: Standing
) -> None:
    known = dict(enumerate(some, 1))
    candidates = [
        Candidate(number, Ready(one), code=f"C{number}" if one.kind == "shared" else "")
        for number, one in known.items()
    ]
    got = combine(folded(what.lines), candidates, standing)
    ending = oracle.Ending({one.candidate.offer_id: list(one.lines) for one in got.offs}, [*got.standing])
    assert ending in oracle.endings(known, what, card_of(standing))


def card_of(standing: Standing) -> dict[str, Any]:
    if isinstance(standing.takes, OffPercent):
        return {"discount_percent": standing.takes.percent}
    sums = {"amount_minor": standing.takes.amount_minor, "total_from_minor": standing.total_from_minor}
    return {"discount_sum": sums}


@pytest.mark.parametrize(
    ("roubles", "off"),
    [
        ((2000,), [30_000]),  # with so much
        ((1999,), [0]),
        ((1000, 500, 500), [15_000, 7_500, 7_500]),
        ((1000, 1000, 1000), [10_000, 10_000, 10_000]),
        ((0, 2000), [0, 30_000]),
    ],
)
def test_a_sum_from_a_sum_on(roubles: tuple[int, ...], off: list[int]) -> None:
    assert [*combine(folded(cart(*roubles).lines), [], of_sum(30_000, 200_000)).standing] == off


def test_what_no_line_divides_goes_to_the_first() -> None:
    assert combine(folded(cart(1, 1, 1).lines), [], of_sum(100)).standing == (34, 33, 33)


def test_a_cart_that_comes_to_less_costs_nothing() -> None:
    assert combine(folded(cart(100, 50).lines), [], of_sum(30_000)).standing == (10_000, 5_000)


def test_the_cart_is_large_enough_by_what_it_came_to_before_offers() -> None:
    half = Candidate(1, Ready(terms(percent=50)))
    got = combine(folded(cart(2000).lines), [half], of_sum(30_000, 200_000))
    assert (got.amount_minor, got.standing) == (100_000, (30_000,))


def test_a_code_that_saves_nothing_beside_the_sum_stays_unused() -> None:
    code = Candidate(1, Ready(terms(amount=100)), code="SPRING")
    got = combine(folded(cart(250).lines), [code], of_sum(30_000))
    assert (got.offs, got.standing) == ((), (25_000,))
