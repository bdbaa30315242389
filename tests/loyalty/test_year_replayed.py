"""What a programme would have cost, over orders whose figures are known by heart."""

from __future__ import annotations

import random
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.loyalty.shop_of_a_year import GOODS, NOW, YearShop, moment, part, points, programme, replayed
from tests.offers.combining_oracle import of_card

from regulars.commerce import services as commerce
from regulars.commerce.types import NewCredit, OrderReturn, OrderStatus
from regulars.customers.models import Profile
from regulars.customers.services import set_attribute
from regulars.loyalty.types.year import Brought, Note

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _home(tmp_path: Path, settings: Any) -> None:
    settings.HOME = tmp_path


@pytest.mark.slow
def test_a_shop_that_sold_nothing() -> None:
    result = replayed(programme(cashback_percent=5))
    assert (result.orders, result.revenue_minor, result.total) == (0, 0, Brought())
    assert len(result.months) == 13
    assert result.spent_share is None


@pytest.mark.slow
def test_cashback_of_the_last_twelve_months_and_no_more() -> None:
    shop = YearShop()
    shop.sell("a", "2025-03-14", 1000)  # a day too early
    shop.sell("a", "2025-03-15", 1000)
    shop.sell("b", "2026-03-14", 500, 500)
    shop.sell("a", "2026-03-15", 1000)  # today is not over
    shop.sell(None, "2025-06-01", 1000)
    shop.sell("b", "2025-06-02", 1000, status=OrderStatus.CANCELLED, cancelled_at=moment("2025-06-03"))
    shop.sell("b", "2025-06-03", 1000, currency="EUR")
    result = replayed(programme(cashback_percent=5))
    assert (result.first, result.last) == (date(2025, 3, 15), date(2026, 3, 14))
    assert (result.orders, result.people, result.revenue_minor) == (2, 2, 200_000)
    assert result.total == Brought(
        people=2, orders=2, points_minor=10_000, money_minor=10_000, expected_minor=10_000
    )
    assert points(result) == {"cashback": 100}
    by_month = {one.month: one.brought.points_minor for one in result.months if one.brought.points_minor}
    assert by_month == {date(2025, 3, 1): 5_000, date(2026, 3, 1): 5_000}
    assert [(one.orders, one.points_minor) for one in result.most] == [(1, 5_000), (1, 5_000)]


def test_rules_ask_for_lines_as_they_stand() -> None:
    shop = YearShop()
    shop.sell("a", "2025-05-01", ("Tea", 2, 400), ("Cup", 1, 600))
    shop.sell(
        "b",
        "2025-05-02",
        ("Tea", 3, 300),
        ("Cup", 1, 700),
        returns=(
            OrderReturn(returned_at=moment("2025-05-04"), amount_minor=10_000, line=1, quantity=Decimal(1)),
        ),
    )
    order = shop.sell("b", "2025-05-05", ("Tea", 1, 100), ("Cup", 1, 300))
    commerce.record_credits(
        credits=[
            NewCredit(
                source="shop",
                external_id="back",
                profile_id=shop.profiles["b"],
                order_external_id=order.external_id,
                credited_at=moment("2025-05-06"),
                amount_minor=10_000,
                currency="RUB",
            )
        ],
        now=NOW,
        backfill=True,
    )
    result = replayed(
        programme(
            cashback_percent=1,
            whole_points=False,
            rules=[
                _rule("drinks", {"kind": "percent", "percent": "10"}, {"categories": ["drinks"]}),
                _rule("own", {"kind": "piece", "points_minor": 700}, {"brands": ["OWN"]}),
            ],
        )
    )
    # Tea: 400 and 200 and, of 400 for 300, 75; cups: 600, 700, 225.
    assert result.revenue_minor == 220_000
    assert points(result) == {"cashback": 22, "rule:drinks": 67.5, "rule:own": 35}
    assert part(result, "rule", "own").brought.people == 2


def test_a_tier_is_of_what_was_bought_before_and_its_discount_costs() -> None:
    shop = YearShop()
    shop.sell("a", "2024-12-01", 900)  # before the year that is replayed
    shop.sell("a", "2025-04-01", 200)  # 900 so far
    shop.sell("a", "2025-05-01", 1000)  # 1,100: silver, cheaper by a tenth
    shop.sell("a", "2026-01-15", 1000)  # 1,200 within the 365 days: silver
    shop.sell("b", "2025-05-01", 1000)
    result = replayed(
        programme(
            cashback_percent=5,
            tiers={
                "grace_days": 0,
                "levels": [
                    {
                        "key": "silver",
                        "name": "Silver",
                        "from_minor": 100_000,
                        "brings": {"discount_percent": "10", "factor": "2"},
                    }
                ],
            },
        )
    )
    # 200 and 1,000 without a tier; 900 paid twice, at twice 5%.
    silver = part(result, "tier", "silver").brought
    assert (silver.people, silver.orders) == (1, 2)
    assert (silver.points_minor, silver.money_minor) == (9_000, 29_000)
    assert points(result)["cashback"] == 10 + 50 + 45 + 45
    nobodys, theirs = result.tiers
    assert (nobodys.ordered, nobodys.revenue_minor) == (2, 120_000)
    assert (theirs.ordered, theirs.revenue_minor, theirs.brought.orders) == (1, 200_000, 2)
    assert result.most[0].tier == "silver"


def test_a_sum_off_what_comes_to_enough_is_spread_over_the_lines() -> None:
    shop = YearShop()
    shop.sell("a", "2025-03-20", ("Cup", 1, 1000))  # without a tier; from here on silver
    shop.sell("a", "2025-04-01", ("Cup", 1, 100), ("Tea", 1, 100), ("Coffee", 1, 100))  # just enough
    shop.sell("a", "2025-04-02", ("Cup", 1, 299))
    shop.sell("a", "2025-04-03", ("Cup", 1, 400), returns=(_back("2025-04-05", 101),))  # 299 are left
    shop.sell("a", "2025-05-01", ("Tea", 1, 5000))  # from here on gold: 10% of everything
    shop.sell("a", "2025-05-02", ("Cup", 1, 300), ("Tea", 1, 7))
    shop.sell("b", "2025-05-01", ("Cup", 1, 300))
    silver = _level("silver", 100_000, {"discount_sum": {"amount_minor": 10_000, "total_from_minor": 30_000}})
    gold = _level("gold", 600_000, {"discount_percent": "10"})
    result = replayed(
        programme(
            whole_points=False,
            rules=[_rule("ware", {"kind": "percent", "percent": "100"}, {"categories": ["ware"]})],
            tiers={"span": "ever", "levels": [silver, gold]},
        )
    )
    # 100 off 100, 100 and 100: 33.34 off the cup, 33.33 off the others; and 100 off 5,000.
    took = part(result, "tier", "silver").brought
    assert (took.people, took.orders, took.money_minor, took.points_minor) == (1, 2, 20_000, 0)
    took = part(result, "tier", "gold").brought
    assert (took.people, took.orders, took.money_minor) == (1, 1, 3_070)
    assert points(result) == {"rule:ware": 1000 + 66.66 + 299 + 299 + 270 + 300}


def test_a_year_of_carts_takes_off_what_a_till_would() -> None:
    """Random carts of a few lines, against shares reckoned apart."""
    lot = random.Random(11)  # noqa: S311 (no secret)
    shop = YearShop()
    shop.sell("a", "2025-03-20", 1)
    sold = [
        [(lot.choice(list(GOODS)), 1, lot.randint(1, 40)) for _line in range(lot.randint(1, 5))]
        for _order in range(60)
    ]
    for number, lines in enumerate(sold):
        day = date(2025, 4, 1) + timedelta(days=number)
        shop.sell("a", day.isoformat(), *lines)
    card = {"discount_sum": {"amount_minor": 2_017, "total_from_minor": 5_000}}
    result = replayed(
        programme(
            whole_points=False,
            rules=[_rule("tea", {"kind": "percent", "percent": "100"}, {"products": ["Tea"]})],
            tiers={"span": "ever", "levels": [_level("silver", 1, card)]},
        )
    )
    taken = tea = 0
    for lines in sold:
        amounts = [roubles * 100 for _product, _pieces, roubles in lines]
        off = of_card(card, sum(amounts), amounts)
        taken += sum(off)
        tea += sum(a - b for (product, *_), a, b in zip(lines, amounts, off, strict=True) if product == "Tea")
    assert 0 < taken < 60 * 2_017
    assert part(result, "tier", "silver").brought.money_minor == taken
    assert points(result) == {"rule:tea": tea / 100}


@pytest.mark.slow
@pytest.mark.parametrize(("grace", "has"), [(0, False), (29, False), (30, True)])
def test_a_tier_is_kept_for_the_days_of_grace(grace: int, has: bool) -> None:
    shop = YearShop()
    shop.sell("a", "2024-08-01", 1000)
    last = date(2024, 8, 1) + timedelta(days=364)  # the last day on which it counts
    shop.sell("a", (last + timedelta(days=31)).isoformat(), 100)
    result = replayed(programme(tiers=_tiers(grace_days=grace)))
    assert [tier.ordered for tier in result.tiers] == ([0, 1] if has else [1, 0])


@pytest.mark.slow
@pytest.mark.parametrize(("day", "has"), [("2025-12-31", True), ("2026-01-01", False)])
def test_a_calendar_year_ends_with_december(day: str, has: bool) -> None:
    shop = YearShop()
    shop.sell("a", "2024-01-02", 1000)
    shop.sell("a", day, 100)
    result = replayed(programme(tiers=_tiers(span="calendar_year", grace_days=0)))
    # What was bought in January 2024 counts through 2025, and a day more: that on which it falls short.
    assert [tier.ordered for tier in result.tiers] == ([0, 1] if has or day == "2026-01-01" else [1, 0])


@pytest.mark.slow
def test_a_limit_for_a_month_is_taken_off_what_came_last() -> None:
    shop = YearShop()
    for day in ("2025-05-01", "2025-05-02", "2025-05-30", "2025-06-01"):
        shop.sell("a", day, 1000)
    result = replayed(programme(cashback_percent=10, caps={"period": "month", "period_minor": 25_000}))
    assert points(result) == {"cashback": 350}
    assert result.notes == [Note.PERIOD_CAP]
    assert result.total.orders == 4


@pytest.mark.slow
def test_the_third_coffee() -> None:
    shop = YearShop()
    for day, pieces in (("2025-05-01", 2), ("2025-05-02", 2), ("2025-05-03", 5), ("2025-06-01", 3)):
        shop.sell("a", day, ("Coffee", pieces, 100 * pieces), ("Tea", 1, 100))
    result = replayed(
        programme(challenges=[_challenge(window="month", pieces=True, repeats=True, most=2, times=3)])
    )
    gift = part(result, "challenge", "coffee").brought
    # In May 9 coffees would be three gifts, of which there are two; in June one.
    assert (gift.people, gift.money_minor, gift.expected_minor) == (1, 15_000, 15_000)
    months = {one.month.month: one.brought.money_minor for one in result.months if one.brought.money_minor}
    assert months == {5: 10_000, 6: 5_000}


@pytest.mark.slow
def test_three_weeks_in_a_row() -> None:
    shop = YearShop()
    for day in ("2025-05-05", "2025-05-12", "2025-05-25", "2025-06-02", "2025-06-09", "2025-06-30"):
        shop.sell("a", day, ("Coffee", 1, 100))
    result = replayed(programme(challenges=[_challenge(in_a_row="weeks", times=3, repeats=True)]))
    assert part(result, "challenge", "coffee").brought.money_minor == 5_000
    assert result.months[2].brought.money_minor == 5_000  # in May, on the 25th
    once = replayed(programme(challenges=[_challenge(in_a_row="weeks", times=3)]))
    assert once.total.money_minor == 5_000


@pytest.mark.slow
def test_a_birthday_coupon_costs_what_the_next_order_would_have_used() -> None:
    shop = YearShop("abc")
    _born(shop, a=date(1990, 2, 28), b=date(1992, 2, 29), c=date(1990, 5, 1))
    shop.sell("a", "2026-03-01", 1000)  # within a fortnight
    shop.sell("a", "2026-03-02", 2000)
    shop.sell("b", "2026-03-14", ("Tea", 1, 100))  # too small
    shop.sell("c", "2025-05-20", 1000)  # too late
    coupon = {"kind": "coupon", "percent": "10", "total_from_minor": 50_000, "days": 14}
    day = {"key": "birthday", "name": "Birthday", "benefit": coupon}
    result = replayed(programme(personal_days=[day]))
    brought = part(result, "day", "birthday")
    assert (brought.brought.people, brought.brought.money_minor) == (3, 10_000)
    assert brought.notes == [Note.COUPONS]


@pytest.mark.slow
def test_an_anniversary_comes_each_year_after_the_first() -> None:
    shop = YearShop()
    shop.sell("a", "2024-04-10", 1000)
    shop.sell("b", "2025-04-10", 1000)
    given = {"kind": "points", "points_minor": 10_000}
    day = {"key": "year", "name": "A year", "which": "first_order", "benefit": given}
    result = replayed(programme(personal_days=[day]))
    assert points(result) == {"day:year": 100}


@pytest.mark.slow
def test_what_is_not_replayed_is_said() -> None:
    YearShop().sell("a", "2025-05-01", 1000)
    review = {
        "key": "review",
        "name": "Review",
        "counted": {"kind": "events", "event": "review_left"},
        "benefit": {"kind": "points", "points_minor": 100},
    }
    friends = {"referrer": {"kind": "badge"}, "friend": {"kind": "badge"}}
    result = replayed(programme(challenges=[review], referral=friends))
    assert part(result, "challenge", "review").notes == [Note.NOT_EVENTS]
    assert part(result, "referral", "referrer").notes == [Note.NOT_REFERRALS]


def _rule(key: str, gives: dict[str, Any], goods: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "name": key, "gives": gives, "goods": goods}


def _level(key: str, start: int, brings: dict[str, Any]) -> dict[str, Any]:
    return {"key": key, "name": key, "from_minor": start, "brings": brings}


def _back(day: str, roubles: int) -> OrderReturn:
    return OrderReturn(returned_at=moment(day), amount_minor=roubles * 100)


def _tiers(**values: Any) -> dict[str, Any]:
    return {"levels": [{"key": "gold", "name": "Gold", "from_minor": 100_000}], **values}


def _challenge(*, pieces: bool = False, **values: Any) -> dict[str, Any]:
    return {
        "key": "coffee",
        "name": "Coffee",
        "counted": {"kind": "orders", "goods": {"products": ["coffee"]}, "pieces": pieces},
        "benefit": {"kind": "gift", "name": "A coffee", "cost_minor": 5_000},
        **values,
    }


def _born(shop: YearShop, **days: date) -> None:
    for name, day in days.items():
        one = Profile.objects.get(pk=shop.profiles[name])
        set_attribute(person_id=one.person_id, key="birthday", value=day.isoformat(), user_id=None, now=NOW)
