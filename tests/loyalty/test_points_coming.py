"""From when points can be spent is said before the order and while they are pending, and it comes so."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from django.utils import translation
from tests.loyalty.books_of_points import customer
from tests.loyalty.shop_with_points import DAY, NOW, Shop, cart
from tests.loyalty.spending import earn

from regulars.analytics.wording.numbers import Formats
from regulars.commerce import services as trade
from regulars.commerce.types import NewBranch
from regulars.customers import services as customers
from regulars.customers.types import NewTraits
from regulars.loyalty import queries
from regulars.loyalty.models import Lot
from regulars.loyalty.types.till import Coming, Quote
from regulars.loyalty.wording.coming import pending_points
from regulars.loyalty.wording.quoting import sentences

pytestmark = pytest.mark.django_db
AT = NOW + timedelta(hours=1)


def quote(shop: Shop, branch_id: int | None = None) -> Quote:
    member = queries.member_of_profile(shop.anna, at=AT)
    return queries.quote_for(
        cart=cart(200_000), member=member, points_wanted=None, at=AT, branch_id=branch_id
    )


def said(found: Quote) -> str:
    with translation.override("en"):
        return sentences(found, language="en", masked=False).earns.replace("\N{NO-BREAK SPACE}", " ")


def became_usable(shop: Shop, **order: Any) -> datetime | None:
    """From when what an order earned can be spent, by the books."""
    shop.tell(shop.order(2_000, ordered_at=AT, **order))
    return Lot.objects.get().usable_at


@pytest.mark.parametrize("zone", ["", "Asia/Vladivostok"])
def test_the_day_that_is_promised_is_the_day_on_which_they_come(zone: str) -> None:
    shop = Shop(usable={"kind": "after_return_window"})
    if zone:
        told = NewTraits(profile_id=shop.anna, values={"timezone": zone}, verified=True, as_of=NOW)
        assert not customers.set_traits(traits=[told], now=NOW).refused
    found = quote(shop)
    assert said(found) == "You get 100 points for this order, to be spent from 30 March on"
    assert found.usable.at == became_usable(shop)


def test_points_that_can_be_spent_at_once_are_given_no_day() -> None:
    shop = Shop()
    found = quote(shop)
    assert said(found) == "You get 100 points for this order"
    assert found.usable.at == became_usable(shop) == AT


@pytest.mark.parametrize(
    ("days", "told"),
    [(0, "to be spent when it has arrived"), (3, "to be spent 3 full days after it has arrived")],
)
def test_points_that_wait_for_the_delivery(days: int, told: str) -> None:
    shop = Shop(usable={"kind": "after_delivery", "days": days})
    found = quote(shop)
    assert said(found) == f"You get 100 points for this order, {told}"
    assert found.usable.at is None is became_usable(shop)


def test_what_a_branch_sells_is_delivered_at_once() -> None:
    shop = Shop(usable={"kind": "after_delivery", "days": 3})
    known = trade.record_branches(branches=[NewBranch(source="shop", external_id="1", name="One")])
    branch_id = known.ids["shop", "1"]
    found = quote(shop, branch_id)
    assert said(found).endswith("to be spent from 19 March on")
    assert found.usable.at == became_usable(shop, branch_id=branch_id)


def test_what_is_pending_and_what_of_it_comes_next() -> None:
    anna = customer("C-1")
    earn(anna, 4_000, "1", usable_at=NOW + 2 * DAY)
    earn(anna, 3_000, "2", usable_at=NOW + DAY)
    earn(anna, 500, "3", usable_at=NOW + DAY)
    earn(anna, 1_000, "4", usable_at=None)
    found = queries.member_of_profile(anna, at=NOW)
    assert (found.balance.pending_minor, found.coming) == (8_500, Coming(3_500, NOW + DAY))
    told = [pending(anna, NOW + days * DAY) for days in (0, 1, 2)]
    assert told == [
        "On the way: 85 points; of them 35 points can be spent from 16 March on",
        "On the way: 50 points; of them 40 points can be spent from 17 March on",
        "On the way: 10 points",
    ]
    assert pending(customer("C-2"), NOW) == ""


def pending(profile_id: int, at: datetime) -> str:
    member = queries.member_of_profile(profile_id, at=at)
    with translation.override("en"):
        told = pending_points(member, zone=UTC, now=at, formats=Formats("en"))
    return told.replace("\N{NO-BREAK SPACE}", " ")


def test_somebody_with_nothing_to_spend_is_told_from_when_there_is() -> None:
    shop = Shop(usable={"kind": "after_return_window", "days": 300})
    shop.tell(shop.order(2_000, ordered_at=AT))
    with translation.override("en"):
        told = sentences(quote(shop), language="en", masked=False).may_spend
    assert told.replace("\N{NO-BREAK SPACE}", " ") == (
        "You have no points to spend yet. On the way: 100 points, to be spent from 10 January 2027 on"
    )
