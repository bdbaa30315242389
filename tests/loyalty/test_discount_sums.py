"""A tier that takes a sum off each purchase: what a till is told, and what the order then earns."""

from __future__ import annotations

from typing import Any

import pytest
from tests.loyalty.shop_of_rules import earned
from tests.loyalty.shop_with_points import DAY, NOW, Shop
from tests.loyalty.test_quoted_and_earned import opening

from regulars.commerce.types import OrderLine
from regulars.loyalty import queries
from regulars.loyalty.types import Programme
from regulars.loyalty.types.till import Quote
from regulars.offers.types import Cart, CartLine

pytestmark = pytest.mark.django_db
AT = NOW + DAY
FROM_2000 = {"amount_minor": 300_00, "total_from_minor": 2_000_00}


def shop_of(off: dict[str, Any], **rules: Any) -> Shop:
    """Anna has the tier."""
    level = {"key": "gold", "name": "Gold", "from_minor": 100, "brings": {"discount_sum": off}}
    shop = Shop(tiers={"levels": [level]}, **rules)
    first = shop.order(1000, currency=rules.get("currency", "RUB"), external_id="first")
    shop.tell(first, now=NOW + DAY / 2)
    return shop


def quoted(shop: Shop, *lines: int, currency: str = "RUB", want: int | None = None) -> Quote:
    cart = Cart(currency=currency, lines=tuple(CartLine(amount_minor=amount) for amount in lines))
    return queries.quote(cart=cart, profile_id=shop.anna, points_wanted=want, at=AT)


@pytest.mark.parametrize(
    ("lines", "pays"),
    [
        ((2_000_00,), [1_700_00]),
        ((1_999_99,), [1_999_99]),
        ((1_000_00, 0, 1_000_01), [850_00, 0, 850_01]),
        ((1_000_00, 1_000_00, 1_000_00), [900_00, 900_00, 900_00]),
    ],
)
def test_an_order_earns_what_the_quote_of_its_cart_said(lines: tuple[int, ...], pays: list[int]) -> None:
    shop = shop_of(FROM_2000)
    quote = quoted(shop, *lines)
    assert [line.amount_minor for line in quote.lines] == pays
    assert (quote.pays_minor, quote.tier_minor) == (sum(pays), sum(lines) - sum(pays))
    bought = tuple(OrderLine(amount_minor=line.amount_minor) for line in quote.lines)
    shop.tell(shop.order(lines=bought, external_id="2", ordered_at=AT), now=AT)
    assert earned("2") == (quote.earns_minor, quote.shares)


def test_a_cart_that_comes_to_less_is_free() -> None:
    quote = quoted(shop_of({"amount_minor": 300_00}), 100_00, 50_00)
    assert (quote.pays_minor, quote.tier_minor, quote.earns_minor) == (0, 150_00, 0)


def test_points_pay_of_what_the_sum_leaves() -> None:
    shop = shop_of(FROM_2000)
    opening(shop, 5_000_00, "1")
    quote = quoted(shop, 2_000_00, want=5_000_00)
    assert (quote.tier_minor, quote.points_minor, quote.pays_minor) == (300_00, 510_00, 1_190_00)  # 30%


def test_a_cart_in_another_currency_gets_none() -> None:
    shop = shop_of({"amount_minor": 300})
    assert quoted(shop, 5_000_00, currency="EUR").pays_minor == 5_000_00
    member = queries.member_of_profile(shop.anna, at=AT)
    assert queries.standing_discount(member=member, currency="EUR", at=AT) is None


def test_of_a_currency_without_minor_units_whole_ones_come_off() -> None:
    shop = shop_of({"amount_minor": 100, "total_from_minor": 300}, currency="JPY", worth_minor=1)
    quote = quoted(shop, 100, 100, 100, currency="JPY")
    assert [line.amount_minor for line in quote.lines] == [66, 67, 67]


def test_a_programme_of_before_is_the_same_document() -> None:
    before = {
        "tiers": {"levels": [{"key": "gold", "name": "Gold", "from_minor": 1, "brings": {"factor": "2"}}]}
    }
    (level,) = Programme.model_validate(before).tiers.levels  # type: ignore[union-attr]
    assert (level.brings.discount_sum, level.brings.has_discount) == (None, False)
