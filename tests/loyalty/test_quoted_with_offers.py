"""Offers beside the standing discount of a tier: what leaves least to be paid, by docs/offers.md alone."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Sequence
from decimal import Decimal

import pytest
from django.db import transaction
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st
from tests.loyalty.shop_with_points import DAY, NOW, Shop
from tests.offers import combining_oracle as oracle
from tests.offers.coupon_shop import whys

from regulars.loyalty import queries
from regulars.loyalty.types.till import Quote
from regulars.offers import services as offers
from regulars.offers.queries.stored import forget
from regulars.offers.types import Cart, CartLine, CouponRefusal, NewUse, OfferKind, Terms

pytestmark = pytest.mark.django_db
IN_A_TRANSACTION = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
AT = NOW + DAY
NAMES = ["", "чай", "кофе", "мёд"]

lines = st.builds(
    lambda amount, pieces, product: CartLine(amount_minor=amount, quantity=Decimal(pieces), product=product),
    st.integers(0, 10_000),
    st.integers(1, 4),
    st.sampled_from(NAMES),
)
carts = st.lists(lines, min_size=1, max_size=4).map(lambda some: Cart(currency="RUB", lines=tuple(some)))
takes = st.one_of(
    st.builds(
        lambda percent, most: {"kind": "percent", "percent": percent, "most_minor": most},
        st.decimals("0.01", "40", places=2),
        st.none() | st.integers(1, 2_000),
    ),
    st.builds(lambda amount: {"kind": "amount", "amount_minor": amount}, st.integers(1, 4_000)),
)
prices = st.builds(
    lambda prices: {"kind": "prices", "prices": prices},
    st.dictionaries(st.sampled_from(NAMES[1:]), st.integers(0, 3_000), min_size=1),
)
goods = st.builds(lambda names: {"products": names}, st.lists(st.sampled_from(NAMES[1:]), max_size=2))
flags = {name: st.booleans() for name in ("with_offers", "with_tier", "with_points")}
kinds = {OfferKind.SHARED: takes, OfferKind.PERSONAL: takes, OfferKind.PRICES: prices}
terms = st.one_of(
    [
        st.fixed_dictionaries(
            {"name": st.just("O"), "kind": st.just(kind.value), "takes": some, "goods": goods, **flags}
        )
        for kind, some in kinds.items()
    ]
).map(Terms.model_validate)


@contextlib.contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def shop_of(card: oracle.Card) -> Shop:
    forget()
    level = {"key": "gold", "name": "Gold", "from_minor": 100_00, "brings": card}
    shop = Shop(tiers={"levels": [level]})
    shop.tell(shop.order(1000), now=AT)
    return shop


def quoted(
    card: oracle.Card, some: Sequence[Terms], cart: Cart
) -> tuple[Quote, dict[int, Terms], dict[int, str]]:
    shop = shop_of(card)
    known, codes = {}, {}
    for number, one in enumerate(some, 1):
        code = f"CODE{number}" if one.kind is OfferKind.SHARED else ""
        made = offers.make_offer(terms=one, shared_code=code, now=NOW, user_id=None)
        offers.start(offer_id=made.id)
        known[made.id], codes[made.id] = one, code
    told = [code for code in codes.values() if code]
    member = queries.member_of_profile(shop.anna, at=AT)
    quote = queries.quote_for(cart=cart, member=member, points_wanted=None, at=AT, coupons=told)
    _set_aside(quote, cart, shop.anna)
    return quote, known, codes


def _set_aside(quote: Quote, cart: Cart, whose: int) -> None:
    """As a till does before it takes the money: the codes that count, and the sum the customer was told."""
    new = NewUse(
        key="till-1/17",
        cart=cart,
        codes=tuple(one.code for one in quote.offers.discounts if one.code),
        profile_id=whose,
        at=AT,
        lasts_until=AT + DAY,
        discount_minor=sum(one.amount_minor for one in quote.offers.discounts),
        standing=queries.standing_discount(member=quote.member, currency=cart.currency, at=AT),
    )
    use = offers.reserve(new=new, now=AT)
    assert {one.offer_id: one.lines for one in use.offers} == {
        one.offer_id: one.lines for one in quote.offers.discounts
    }


def hold_against_the_docs(card: oracle.Card, some: Sequence[Terms], cart: Cart) -> None:
    with taken_back():
        quote, known, codes = quoted(card, some, cart)
    got = oracle.Ending(
        {one.offer_id: list(one.lines) for one in quote.offers.discounts},
        [line.tier_minor for line in quote.lines],
    )
    assert got in oracle.endings(known, cart, card)
    event(f"offers {bool(got.offers)}, tier {any(got.tier)}")
    counts = [number for number in known if number in got.offers]
    # Each code is used or says why not; where the tier counts instead, it is for that.
    for number, code in codes.items():
        assert not code or (number in got.offers) != (code in quote.offers.refused)
        if code and number not in got.offers and any(oracle.off(known[number], cart, _whole(cart))):
            assert quote.offers.refused[code].why is CouponRefusal.NOT_TOGETHER
    assert quote.pays_minor == cart.total_minor - sum(map(sum, got.offers.values())) - sum(got.tier)
    if not all(known[number].with_points for number in counts):
        assert quote.most_minor == 0


def _whole(cart: Cart) -> list[int]:
    return [line.amount_minor for line in cart.lines]


CARDS: st.SearchStrategy[oracle.Card] = st.one_of(
    st.just({}),
    st.fixed_dictionaries({"discount_percent": st.decimals("0.01", "30", places=2)}),
    st.fixed_dictionaries(
        {
            "discount_sum": st.fixed_dictionaries(
                {"amount_minor": st.integers(1, 6_000), "total_from_minor": st.integers(0, 15_000)}
            )
        }
    ),
)
CARTS = given(CARDS, st.lists(terms, max_size=4), carts)


@pytest.mark.slow
@settings(max_examples=30, deadline=None, suppress_health_check=IN_A_TRANSACTION)
@CARTS
def test_many_offers_and_tiers_count_as_the_docs_say(
    db: None, card: oracle.Card, some: list[Terms], cart: Cart
) -> None:
    hold_against_the_docs(card, some, cart)


CART = Cart(currency="RUB", lines=(CartLine(amount_minor=100_000),))


def percent_off(percent: str, **values: object) -> Terms:
    takes = {"kind": "percent", "percent": percent}
    return Terms.model_validate({"name": "O", "kind": "shared", "takes": takes, **values})


@pytest.mark.parametrize(
    ("off", "with_tier", "percent", "pays"),
    [
        ("10", True, "5", 85_500),  # 5% of what the offer left
        ("10", False, "5", 90_000),  # the offer takes more
        ("5", False, "10", 90_000),  # the tier takes more
        ("10", False, "10", 90_000),  # of equals the tier, which uses no code
    ],
)
def test_one_code_and_a_tier(db: None, off: str, with_tier: bool, percent: str, pays: int) -> None:
    quote, _known, _codes = quoted(
        {"discount_percent": percent}, [percent_off(off, with_tier=with_tier)], CART
    )
    assert quote.pays_minor == pays
    gives_way = not with_tier and Decimal(percent) >= Decimal(off)
    assert whys(quote.offers.refused) == ({"CODE1": CouponRefusal.NOT_TOGETHER} if gives_way else {})


@pytest.mark.parametrize("together", [False, True])
def test_less_beside_the_tier_is_better_than_more_instead_of_it(db: None, together: bool) -> None:
    """10% alone leave 90,000 (81,900 with 9% more); 9% and the tier's 15% leave 77,350."""
    some = [
        percent_off("10", with_tier=False, with_offers=together),
        percent_off("9", with_offers=together),
    ]
    quote, _known, _codes = quoted({"discount_percent": 15}, some, CART)
    assert (quote.pays_minor, quote.tier_minor) == (77_350, 13_650)
    assert whys(quote.offers.refused) == {"CODE1": CouponRefusal.NOT_TOGETHER}


@pytest.mark.parametrize(
    ("off", "with_tier", "least", "pays"),
    [
        ("10", True, 0, 60_000),  # the sum off what the offer left
        ("10", True, 100_000, 60_000),  # asked of the cart before any discount
        ("10", True, 100_001, 90_000),
        ("10", False, 0, 70_000),  # the tier takes more
        ("40", False, 0, 60_000),  # the offer takes more
        ("30", False, 0, 70_000),  # of equals the tier, which uses no code
        ("90", True, 0, 0),  # never more than what is left
    ],
)
def test_one_code_and_a_tier_with_a_sum(db: None, off: str, with_tier: bool, least: int, pays: int) -> None:
    card = {"discount_sum": {"amount_minor": 30_000, "total_from_minor": least}}
    quote, _known, _codes = quoted(card, [percent_off(off, with_tier=with_tier)], CART)
    assert quote.pays_minor == pays
    assert bool(quote.offers.discounts) == (with_tier or off == "40")
