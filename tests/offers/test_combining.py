"""Which offers apply together, against plain Python that tries everything."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.offers import combining_oracle as oracle
from tests.offers.coupon_shop import cart, line, terms

from regulars.kit.shares import spread
from regulars.offers.rules.codes import SIGNS, code_of, hashed, plain
from regulars.offers.rules.combining import Candidate, Combined, combine
from regulars.offers.rules.taking import Ready, folded
from regulars.offers.types import Cart, CartLine, Terms

NAMES = ["", "Чай", "Кофе", "Мёд"]
names = st.sampled_from(NAMES)
goods = st.fixed_dictionaries(
    {},
    optional={
        name: st.lists(st.sampled_from(["чай", "КОФЕ", "мед"]), max_size=2).map(tuple)
        for name in ("products", "categories", "brands")
    },
)
takes = st.one_of(
    st.builds(
        lambda percent, most: {"kind": "percent", "percent": percent, "most_minor": most},
        st.decimals("0.01", "100", places=2),
        st.none() | st.integers(1, 5_000),
    ),
    st.builds(lambda amount: {"kind": "amount", "amount_minor": amount}, st.integers(1, 20_000)),
    st.builds(
        lambda prices: {"kind": "prices", "prices": prices},
        st.dictionaries(st.sampled_from(NAMES[1:]), st.integers(0, 3_000), min_size=1),
    ),
)
offers = st.builds(
    lambda takes, goods, together: Terms.model_validate(
        {"name": "O", "kind": "personal", "takes": takes, "goods": goods, "with_offers": together}
    ),
    takes,
    goods,
    st.booleans(),
)
lines = st.builds(
    lambda amount, pieces, product, category, brand: CartLine(
        amount_minor=amount, quantity=pieces, product=product, category=category, brand=brand
    ),
    st.integers(0, 10_000),
    st.decimals("0.001", "20", places=3),
    names,
    names,
    names,
)
carts = st.lists(lines, min_size=1, max_size=4).map(lambda some: Cart(currency="RUB", lines=tuple(some)))


def combined(found: dict[int, Terms], what: Cart, *, codes: bool = False) -> Combined:
    candidates = [
        Candidate(number, Ready(one), code=f"C{number}" if codes else "") for number, one in found.items()
    ]
    return combine(folded(what.lines), candidates)


@settings(max_examples=150, deadline=None)
@given(st.lists(offers, max_size=4), carts, st.booleans())
def test_what_is_taken_off_is_what_the_docs_say(some: list[Terms], what: Cart, codes: bool) -> None:
    found = dict(enumerate(some, 1))
    got = combined(found, what, codes=codes)
    counted = [one.candidate.offer_id for one in got.offs]
    if len(counted) > 1:
        assert all(found[number].with_offers for number in counted)
    by_oracle = oracle.in_turn(found, counted, what)
    assert {one.candidate.offer_id: list(one.lines) for one in got.offs} == by_oracle
    left = [line.amount_minor for line in what.lines]
    for one in got.offs:
        assert one.amount_minor > 0
        left = [rest - part for rest, part in zip(left, one.lines, strict=True)]
    assert min(left) >= 0
    # All that count together are taken at once: leaving one of them out never takes more off.
    assert got.amount_minor == oracle.best(found, what)


@settings(max_examples=100, deadline=None)
@given(st.integers(0, 10_000), st.lists(st.integers(0, 3_000), min_size=1, max_size=6))
def test_a_sum_is_spread_to_the_last_unit(amount: int, over: list[int]) -> None:
    shares = spread(amount, over)
    assert shares == oracle.by_shares(amount, over)
    assert sum(shares) == min(amount, sum(over))
    assert all(share <= part for share, part in zip(shares, over, strict=True))


def test_a_code_that_adds_nothing_is_left_out() -> None:
    all_off = terms(amount=1000, with_offers=True)
    found = {1: all_off, 2: terms(amount=500, with_offers=True)}
    got = combined(found, cart(1000), codes=True)
    assert [one.candidate.offer_id for one in got.offs] == [1]


def test_of_two_that_take_the_same_the_one_without_a_code_counts() -> None:
    candidates = [Candidate(1, Ready(terms()), code="SPRING"), Candidate(2, Ready(terms(kind="personal")))]
    got = combine(folded(cart(1000).lines), candidates)
    assert [one.candidate.offer_id for one in got.offs] == [2]


def test_what_a_budget_has_no_room_for_is_left_out() -> None:
    candidates = [Candidate(1, Ready(terms()), left_minor=9_999), Candidate(2, Ready(terms(percent=5)))]
    got = combine(folded(cart(1000).lines), candidates)
    assert [one.candidate.offer_id for one in got.offs] == [2]
    assert got.too_dear == {1}


def test_an_order_of_the_docs() -> None:
    """Prices, then percents, then sums of money."""
    found = {
        1: terms(amount=100, with_offers=True),
        2: terms(percent=10, with_offers=True),
        3: Terms.model_validate(
            {
                "name": "P",
                "kind": "prices",
                "with_offers": True,
                "takes": {"kind": "prices", "prices": {"tea": 45_000}},
            }
        ),
    }
    got = combined(found, cart(line(1000, "Tea", pieces=2), 200))
    told = {one.candidate.offer_id: one.amount_minor for one in got.offs}
    assert told == {3: 10_000, 2: 11_000, 1: 10_000}
    assert [one.candidate.offer_id for one in got.offs] == [3, 2, 1]


def test_codes_are_of_fifty_bits_and_made_again() -> None:
    key = bytes(32)
    codes = {code_of(7, serial, key=key) for serial in range(5_000)}
    assert len(codes) == 5_000
    assert {sign for code in codes for sign in code} == {*SIGNS, "-"}
    assert code_of(7, 1, key=key) in codes
    assert code_of(7, 1, key=bytes(31) + b"1") not in codes
    for place in (*range(5), *range(6, 11)):  # each sign takes each of its 32 forms about as often
        counts = [sum(code[place] == sign for code in codes) for sign in SIGNS]
        assert min(counts) > 80
        assert max(counts) < 250


@pytest.mark.parametrize(
    "typed", ["7k2qf-m9xtd", " 7K2QF M9XTD ", "7k2qfm9xtd", "7K2QF—M9XTD".replace("—", "-")]
)
def test_a_code_is_the_same_however_it_is_typed(typed: str) -> None:
    assert hashed(typed, key=b"k") == hashed("7K2QF-M9XTD", key=b"k")


def test_signs_that_look_alike_are_one() -> None:
    assert plain("oil-ёж") == "011ЕЖ"


def test_a_price_above_what_the_line_costs_takes_nothing() -> None:
    dear = Ready(
        Terms.model_validate(
            {"name": "P", "kind": "prices", "takes": {"kind": "prices", "prices": {"Tea": 90_000}}}
        )
    )
    what = cart(line(500, "tea"))
    assert dear.off(folded(what.lines), [50_000]) == (0,)
    assert Decimal(1) == what.lines[0].quantity
