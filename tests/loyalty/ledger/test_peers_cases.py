"""What goes wrong with points elsewhere, case by case; each test's name has the number of its report."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from django.db import transaction
from tests.loyalty.shop_with_points import DAY, NOW, Shop, back, cart

from regulars.commerce import services as commerce
from regulars.commerce.types import Cancellation
from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.loyalty import queries, services
from regulars.loyalty.errors import NotEnough
from regulars.loyalty.models import Lot, Posting
from regulars.loyalty.types import MINOR, Account, Cause, GiveBack, NewHold, Wanted

YEAR = 366 * DAY


@pytest.fixture(autouse=True)
def _books_agree(db: None) -> Iterator[None]:
    yield
    assert queries.verify().findings == ()


@pytest.fixture
def shop(db: None) -> Shop:
    return Shop()


def given(shop: Shop, points: int, key: str = "opening:1", *, lasts: timedelta | None = None) -> None:
    """Points out of nothing, from now on."""
    wanted = Wanted(
        key=key,
        profile_id=shop.anna,
        points_minor=points * MINOR,
        at=NOW,
        earned_at=NOW,
        usable_at=NOW,
        expires_at=None if lasts is None else NOW + lasts,
        account=Account.ADJUSTMENTS,
        cause=Cause.OPENING,
    )
    services.settle(wanted=[wanted], when_spent="owe", now=NOW)


def asked(
    shop: Shop, minor: int, key: str = "till:1", order: tuple[str, str] = ("", ""), at: datetime = NOW
) -> NewHold:
    return NewHold(
        key=key,
        profile_id=shop.anna,
        points_minor=minor,
        at=at,
        lasts_until=at + timedelta(minutes=30),
        order_source=order[0],
        order_id=order[1],
    )


def test_erpnext_59050_points_of_one_kind_of_order_are_taken_by_another(shop: Shop) -> None:
    """There the discount was given and no points were taken, for ever."""
    shop.tell(shop.order(20_000))
    for number in range(2):
        new = asked(shop, 50_000, f"t{number}", ("till:7", f"r{number}"), NOW + DAY)
        hold = services.hold(new=new, now=NOW + DAY)
        services.capture(hold_id=hold.id, now=NOW + DAY)
    assert shop.points() == 0
    with pytest.raises(NotEnough), transaction.atomic():
        services.hold(new=asked(shop, 1, "t3", ("till:7", "r3"), NOW + DAY), now=NOW + DAY)


def test_erpnext_32951_a_return_leaves_no_points(shop: Shop) -> None:
    shop.tell(shop.order(2_000))
    shop.tell(shop.order(2_000, returns=(back(2_000),)), now=NOW + 2 * DAY)
    assert shop.points(at=NOW + 2 * DAY) == 0


@pytest.mark.parametrize("returned", [(1, 2, 3), (3, 1, 2), (2, 3, 1)])
def test_erpnext_30242_returns_by_line_count_each_line_once(shop: Shop, returned: tuple[int, ...]) -> None:
    amounts = {1: 1_000, 2: 1_400, 3: 600}
    left, returns = 3_000, []
    for number, line in enumerate(returned):
        returns.append(back(amounts[line], line=line, hours=30 + number))
        left -= amounts[line]
        shop.tell(shop.order(1_000, 1_400, 600, returns=tuple(returns)), now=NOW + 3 * DAY)
        assert shop.points(at=NOW + 3 * DAY) == left // 20


def test_erpnext_31509_parts_of_a_point_can_be_spent(shop: Shop) -> None:
    given(shop, 10)
    hold = services.hold(new=asked(shop, 250), now=NOW)
    services.capture(hold_id=hold.id, points_minor=125, now=NOW)
    assert shop.balance(at=NOW).spendable_minor == 875


def test_erpnext_12790_points_of_the_programme_before_are_brought_over(shop: Shop) -> None:
    given(shop, 340, lasts=YEAR)
    given(shop, 340, lasts=YEAR)  # the file once more
    assert shop.points() == 340
    assert Posting.objects.get().cause == Cause.OPENING
    given(shop, 400, lasts=YEAR)  # corrected
    assert shop.points() == 400


def test_odoo_257854_buying_and_giving_back_over_and_over_leaves_nothing(shop: Shop) -> None:
    for number in range(5):
        order = shop.order(2_000, external_id=f"{number}")
        shop.tell(order)
        assert shop.points() == 100
        shop.tell(replace(order, returns=(back(2_000),)), now=NOW + 2 * DAY)
        assert shop.points(at=NOW + 2 * DAY) == 0


def test_odoo_257854_nor_where_the_points_are_spent_before(shop: Shop) -> None:
    shop.tell(shop.order(2_000))
    shop.spend(100, order="2001", at=NOW + DAY)
    shop.tell(shop.order(2_000, returns=(back(2_000),)), now=NOW + 2 * DAY)
    for number in range(3):  # what is earned pays what is owed, and is owed again
        assert shop.points(at=NOW + 2 * DAY) == -100
        order = shop.order(2_000, external_id=f"{number}")
        shop.tell(order)
        assert shop.points() == 0
        shop.tell(replace(order, returns=(back(2_000),)), now=NOW + 2 * DAY)


def test_odoo_212922_a_refund_gives_points_back_and_charges_none(shop: Shop) -> None:
    given(shop, 600)
    hold = services.hold(new=asked(shop, 60_000, order=("shop", "1001")), now=NOW)
    services.capture(hold_id=hold.id, now=NOW)
    shop.tell(shop.order(1_400))
    assert shop.points() == 70
    for _twice in range(2):
        shop.tell(shop.order(1_400, returns=(back(1_400),)), now=NOW + 2 * DAY)
        assert shop.points(at=NOW + 2 * DAY) == 600


def test_odoo_150833_what_is_paid_with_points_earns_none(shop: Shop) -> None:
    given(shop, 600)
    before = queries.quote(cart=cart(200_000), profile_id=shop.anna, points_wanted=60_000, at=NOW)
    shop.spend(600, order="1001", at=NOW)
    shop.tell(shop.order(1_400))  # of 2,000, which is what was paid in money
    assert shop.points() == 70
    assert before.earns_minor == 7_000


def test_odoo_137189_whatever_is_edited_the_end_is_what_the_order_says(shop: Shop) -> None:
    for amount in (2_000, 200, 20_000, 0, 4_000, 2_000):
        shop.tell(shop.order(amount))
        assert shop.points() == amount // 20
    assert Lot.objects.count() == 1


@pytest.mark.parametrize("minor", [1, 100, 12_345, 20_000])
def test_odoo_264931_as_many_points_as_the_customer_likes(shop: Shop, minor: int) -> None:
    given(shop, 200)
    services.hold(new=asked(shop, minor), now=NOW)
    assert shop.balance(at=NOW).spendable_minor == 20_000 - minor


def test_odoo_206048_what_expires_is_what_is_left_and_no_more(shop: Shop) -> None:
    given(shop, 100, "opening:1", lasts=10 * DAY)
    given(shop, 50, "opening:2", lasts=20 * DAY)
    shop.spend(70, order="1001", at=NOW + DAY)
    end = NOW + 10 * DAY
    for _twice in range(2):
        services.run_day(now=end, limit=1_000)
        assert shop.points(at=end) == 50
    lots = {lot.key: lot for lot in Lot.objects.all()}
    assert lots["opening:1"].expired_minor == 3_000
    assert shop.balance(at=end).owed_minor == 0


def test_flocafe_78_a_balance_does_not_collapse_when_what_was_spent_expires(shop: Shop) -> None:
    """There expired credits left the sum, and the debits that had used them stayed."""
    given(shop, 100, "opening:1", lasts=10 * DAY)
    shop.spend(100, order="1001", at=NOW + DAY)
    given(shop, 50, "opening:2", lasts=YEAR)
    services.run_day(now=NOW + 11 * DAY, limit=1_000)
    assert shop.points(at=NOW + 11 * DAY) == 50


def test_liberusoftware_1056_points_expire_whatever_they_were_given_for(shop: Shop) -> None:
    """There only those with one label did."""
    causes = [(Cause.EARNED, Account.ISSUED), (Cause.OPENING, Account.ADJUSTMENTS)]
    causes += [(Cause.BY_HAND, Account.ADJUSTMENTS), (Cause.COMPENSATED, Account.COMPENSATION)]
    causes += [(Cause.EARNED, Account.PARTNER)]
    wanted = [
        Wanted(
            key=f"any:{number}",
            profile_id=shop.anna,
            points_minor=1_000,
            at=NOW,
            earned_at=NOW,
            usable_at=NOW,
            expires_at=NOW + DAY,
            cause=cause,
            account=account,
        )
        for number, (cause, account) in enumerate(causes)
    ]
    services.settle(wanted=wanted, when_spent="owe", now=NOW)
    assert shop.points(at=NOW) == 50
    assert shop.points(at=NOW + DAY) == 0  # also before the worker runs
    services.run_day(now=NOW + DAY, limit=1_000)
    assert {lot.expired_minor for lot in Lot.objects.all()} == {1_000}


def test_odoo_17_cancelling_the_order_whose_points_were_spent_is_what_the_shop_decided() -> None:
    """There the balance was -95, with nothing that says so."""
    for mode, left, owed in (("owe", 0, 95), ("take", 0, 0), ("write_off", 0, 0)):
        with transaction.atomic():
            shop = Shop(when_spent=mode)
            shop.tell(shop.order(1_900))
            shop.spend(95, order="B", at=NOW + DAY)
            cancelled = Cancellation(source="shop", external_id="1001", cancelled_at=NOW + DAY)
            commerce.cancel_orders(cancellations=[cancelled], now=NOW + DAY)
            shop.catch_up(NOW + DAY)
            balance = shop.balance()
            assert (balance.spendable_minor, balance.owed_minor) == (left, owed * MINOR)
            assert queries.verify().findings == ()
            transaction.set_rollback(True)


def test_odoo_17_a_confirmed_line_cut_from_ten_to_one_keeps_a_tenth(shop: Shop) -> None:
    shop.tell(shop.order(20_000))
    assert shop.points() == 1_000
    shop.tell(shop.order(2_000))
    assert shop.points() == 100


def test_odoo_17_a_discount_that_was_shown_is_held(shop: Shop) -> None:
    """There 48 drafts showed the same points to spend."""
    given(shop, 10)

    def payable() -> int:
        quoted = queries.quote(cart=cart(10_000), profile_id=shop.anna, points_wanted=1_000, at=NOW)
        return quoted.payable_minor

    assert payable() == 1_000
    services.hold(new=asked(shop, 1_000), now=NOW)
    for number in range(48):
        assert payable() == 0
        with pytest.raises(NotEnough), transaction.atomic():
            services.hold(new=asked(shop, 1_000, f"draft {number}"), now=NOW)


def test_tracardi_850_two_who_become_one_have_the_sum_and_not_twice_as_much(shop: Shop) -> None:
    shop.tell(shop.order(2_000), shop.order(4_000, external_id="1002", profile_id=shop.boris))
    anna, boris = (Profile.objects.get(pk=one).person_id for one in (shop.anna, shop.boris))
    (merge,) = customers.merge(pairs=[(anna, boris)], now=NOW + DAY)
    assert [shop.points(one) for one in (shop.anna, shop.boris)] == [300, 300]
    shop.tell(shop.order(2_000), shop.order(4_000, external_id="1002", profile_id=shop.boris))
    assert shop.points() == 300
    shop.spend(150, order="1003", at=NOW + DAY)
    assert shop.points(shop.boris) == 150
    customers.unmerge(merge_id=merge, now=NOW + DAY, user_id=None)
    assert shop.points(shop.anna) + shop.points(shop.boris) == 150
    assert shop.points(shop.anna) == 0  # hers end first, and are spent


def test_voucherify_a_last_day_is_a_day(shop: Shop) -> None:
    """Usable all of the 31st, and not a second longer, in the customer's calendar."""
    shop.publish(
        since=NOW + timedelta(seconds=1), expiry={"kind": "on_day", "month": 12, "day": 31, "years": 0}
    )
    shop.tell(shop.order(2_000))
    (lot,) = Lot.objects.all()
    assert lot.expires_at is not None
    moment = timedelta(microseconds=1)
    assert shop.points(at=lot.expires_at - moment) == 100
    assert shop.points(at=lot.expires_at) == 0
    hold = services.hold(
        new=replace(asked(shop, 10_000), at=lot.expires_at - moment, lasts_until=lot.expires_at + DAY),
        now=lot.expires_at - moment,
    )
    later = lot.expires_at + timedelta(minutes=5)
    services.run_day(now=later, limit=100)
    services.capture(hold_id=hold.id, now=later)
    back_again = GiveBack(hold_id=hold.id, given_back_minor=10_000, at=later)
    services.give_back(wanted=[back_again], given_back_days=30, when_spent="owe", now=later)
    assert shop.points(at=later) == 100  # anew, since its own had ended
    assert shop.points(at=later + 32 * DAY) == 0
