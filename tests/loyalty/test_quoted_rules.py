"""Whatever the rules, tiers, discounts and limits: a quote is what the order then earns, and what comes back
of the order takes back every mechanic's share of it."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tests.loyalty import programmes_at_random as at_random
from tests.loyalty.shop_of_rules import AT, Bought, Goods, ShopOfRules, earned, kept
from tests.loyalty.shop_with_points import DAY, NOW
from tests.loyalty.test_quoted_and_earned import opening
from tests.offers.combining_oracle import of_card

from regulars.loyalty import queries, services
from regulars.loyalty.types import NewHold, Programme

pytestmark = pytest.mark.django_db
IN_A_TRANSACTION = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
GOODS = st.builds(Goods, product=st.integers(-1, 5), pieces=st.integers(1, 4), amount=at_random.amounts)
CARTS = given(
    programme=at_random.programmes(),
    before=st.one_of(st.just(0), st.integers(0, 300_000)),
    goods=st.lists(GOODS, min_size=1, max_size=5),
    have=st.one_of(st.just(0), st.integers(0, 3_000_000)),
    want=st.integers(0, 3_000_000),
    in_branch=st.booleans(),
    channel=at_random.cased(at_random.CHANNELS),
    back=st.sets(st.integers(0, 4)),
)


@contextlib.contextmanager
def taken_back() -> Iterator[None]:
    with transaction.atomic():
        yield
        transaction.set_rollback(True)


@settings(max_examples=4, deadline=None, suppress_health_check=IN_A_TRANSACTION)
@CARTS
def test_a_quote_is_what_the_order_earns(
    db: None,
    programme: Programme,
    before: int,
    goods: list[Goods],
    have: int,
    want: int,
    in_branch: bool,
    channel: str,
    back: set[int],
) -> None:
    with taken_back():
        quote_pay_and_give_back(programme, before, goods, have, want, in_branch, channel, back)


@pytest.mark.slow
@settings(max_examples=40, deadline=None, suppress_health_check=IN_A_TRANSACTION)
@CARTS
def test_many_quotes_are_what_the_orders_earn(
    db: None,
    programme: Programme,
    before: int,
    goods: list[Goods],
    have: int,
    want: int,
    in_branch: bool,
    channel: str,
    back: set[int],
) -> None:
    with taken_back():
        quote_pay_and_give_back(programme, before, goods, have, want, in_branch, channel, back)


def quote_pay_and_give_back(
    programme: Programme,
    before: int,
    goods: list[Goods],
    have: int,
    want: int,
    in_branch: bool,
    channel: str,
    back: set[int],
) -> None:
    shop = ShopOfRules(programme)
    tier, room = grow(shop, before)
    if have:
        opening(shop, have, "1")
    quote = queries.quote_for(
        cart=shop.cart(goods),
        member=queries.member_of_profile(shop.anna, at=AT),
        points_wanted=want,
        at=AT,
        branch_id=shop.branch if in_branch else None,
        channel=channel,
    )
    assert (quote.tier.key if quote.tier else "") == tier
    amounts = [one.amount for one in goods]
    off = of_card(card_of(shop.programme, tier), sum(amounts), amounts)
    assert [line.tier_minor for line in quote.lines] == off
    assert sum(line.amount_minor + line.discount_minor + line.tier_minor for line in quote.lines) == sum(
        one.amount for one in goods
    )
    if quote.points_minor:
        new = NewHold(
            key="k", profile_id=shop.anna, points_minor=quote.points_minor, at=AT, lasts_until=AT + DAY
        )
        held = services.hold(new=new, now=AT)
        services.capture(hold_id=held.id, now=AT, order_source="shop", order_id="2")
    pays = [line.amount_minor for line in quote.lines]
    bought = Bought("2", goods, pays, channel=channel, in_branch=in_branch)
    shop.tell(shop.order_of(bought), now=AT)
    assert earned("2") == (quote.earns_minor, quote.shares)
    assert earned("2") == shop.ought_to_earn(bought, tier=tier, room=room)
    # What comes back takes its share back, by what was so then; it may cost the tier meanwhile.
    bought.back = {place for place in back if place < len(goods)}
    shop.tell(shop.order_of(bought), now=AT + DAY)
    assert earned("2") == shop.ought_to_earn(bought, tier=tier, room=room)
    bought.back = set(range(len(goods)))
    if all(pays):
        shop.tell(shop.order_of(bought), now=AT + 2 * DAY)
        assert earned("2") == (0, {})
    assert (kept("2").tier, set(kept("2").fits)) == (tier, shop.fits(shop.anna))
    assert queries.verify().findings == ()


def grow(shop: ShopOfRules, amount: int) -> tuple[str, int | None]:
    """Have Anna buy for so much; gives the tier she has then, and what the period's limit has left."""
    bought = Bought("1", [Goods(-1, 1, amount)], [amount], at=NOW + timedelta(minutes=1))
    if amount:
        shop.tell(shop.order_of(bought), now=NOW + timedelta(minutes=2))
    tiers = shop.programme.tiers.levels if shop.programme.tiers else ()
    reached = [level.key for level in tiers if level.from_minor <= amount]
    cap = shop.programme.caps.period_minor
    had = earned("1")[0] if amount else 0
    return (reached[-1] if reached else ""), (None if cap is None else max(0, cap - had))


def card_of(programme: Programme, tier: str) -> dict[str, Any]:
    """What the tier takes off, as the document says it."""
    levels = programme.model_dump()["tiers"]["levels"] if programme.tiers else ()
    return next((level["brings"] for level in levels if level["key"] == tier), {})
