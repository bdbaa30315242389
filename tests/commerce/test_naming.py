"""Saying by hand which order money given back is of: as if its source had named it."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import AbstractContextManager
from datetime import timedelta
from functools import partial
from threading import Barrier

import pytest
from django.db import connection, transaction
from tests.commerce.conftest import NOON, NOW, Shop
from tests.commerce.test_credits import credit_rows, rows
from tests.commerce.test_undo import order_changes
from tests.together import together

from regulars.commerce import models, queries, services
from regulars.commerce.errors import NamedAlready, OrderDoesNotFit
from regulars.commerce.services import naming
from regulars.commerce.types import CreditChange, Loose, OrderStatus
from regulars.customers import queries as customers
from regulars.events.models import Event

DAY = timedelta(days=1)
WAIT = 30
Counted = Callable[[int], AbstractContextManager[object]]


class Desk:
    """Orders A1 and A2 of 750 each, and a credit C1 of 200 a day later that names none."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop
        self.orders = {
            key[1]: id_ for key, id_ in shop.record(shop.order("A1"), shop.order("A2")).ids.items()
        }
        self.credit = shop.give_back(shop.credit("C1", 200)).ids["shop", "C1"]

    def name(self, number: str = "A1") -> None:
        services.name_order(credit_id=self.credit, order_id=self.orders[number], now=NOW)

    def unname(self, number: str = "A1") -> None:
        services.unname_order(credit_id=self.credit, order_id=self.orders[number], now=NOW)


@pytest.fixture
def desk(shop: Shop) -> Desk:
    return Desk(shop)


def nets() -> dict[str, int]:
    return dict(
        rows(
            "SELECT o.external_id, f.amount_minor FROM facts_orders AS f"
            " JOIN commerce_order AS o ON o.id = f.order_id"
        )
    )


def of_order() -> str | None:
    """The number of the order that C1 is of."""
    found = models.Credit.objects.get(external_id="C1").order
    return found.external_id if found else None


def told_of(order_id: int) -> list[str]:
    found = Event.objects.filter(properties__order_id=order_id).order_by("id")
    return list(found.values_list("name", flat=True))


def test_named_by_hand_it_reduces_that_order_once(desk: Desk) -> None:
    desk.name()
    assert nets() == {"A1": 550, "A2": 750}
    # One row of the facts, of the order: whoever takes loose credits off purchases finds none.
    assert [(row[0], row[1]) for row in credit_rows()] == [(desk.orders["A1"], -200)]
    assert told_of(desk.orders["A1"]) == ["order_completed", "order_updated"]
    (listed,) = queries.credits_of([desk.orders["A1"]])[desk.orders["A1"]]
    assert listed.order_external_id == "A1"
    desk.unname()
    assert nets() == {"A1": 750, "A2": 750}
    assert [(row[0], row[1]) for row in credit_rows()] == [(None, -200)]
    assert told_of(desk.orders["A1"]) == ["order_completed", "order_updated", "order_updated"]
    desk.name("A2")
    desk.unname("A2")
    desk.name("A2")
    assert nets() == {"A1": 750, "A2": 550}
    assert told_of(desk.orders["A2"]) == ["order_completed", *["order_updated"] * 3]


def test_one_that_names_an_order_nobody_knows_is_told_of_when_it_is_named(desk: Desk) -> None:
    desk.shop.give_back(desk.shop.credit("C1", 200, order_external_id="X9"))
    desk.shop.give_back(desk.shop.credit("C2", 10, order_external_id="X9"))
    waiting = models.Credit.objects.get(external_id="C2").pk
    assert not Event.objects.filter(properties__credit_id=waiting).exists()
    services.name_order(credit_id=waiting, order_id=desk.orders["A1"], now=NOW)
    told = Event.objects.get(properties__credit_id=waiting)
    assert (told.name, told.properties["number"], told.backfill) == ("order_refunded", "A1", False)


def test_its_source_telling_it_again_leaves_it_there(desk: Desk) -> None:
    desk.name()
    desk.shop.give_back(desk.shop.credit("C1", 200))
    assert of_order() == "A1"
    desk.shop.give_back(desk.shop.credit("C1", 300))
    assert nets()["A1"] == 450
    # A number that nobody knows says nothing against it; in another currency it cannot be of it.
    desk.shop.give_back(desk.shop.credit("C1", 300, order_external_id="X9"))
    assert of_order() == "A1"
    desk.shop.give_back(desk.shop.credit("C1", 300, currency="USD"))
    assert (of_order(), nets()["A1"]) == (None, 750)
    desk.shop.give_back(desk.shop.credit("C1", 300))
    assert (of_order(), nets()["A1"]) == ("A1", 450)


def test_an_order_that_its_source_names_goes_first(desk: Desk) -> None:
    desk.name()
    desk.shop.give_back(desk.shop.credit("C1", 200, order_external_id="A2"))
    assert nets() == {"A1": 750, "A2": 550}
    # Both were told of it: what they had earned is reckoned anew.
    assert [told_of(id_)[-1] for id_ in desk.orders.values()] == ["order_updated"] * 2
    with pytest.raises(NamedAlready):
        desk.unname()
    desk.shop.give_back(desk.shop.credit("C1", 200))
    assert nets() == {"A1": 550, "A2": 750}
    # The same that the colleague named: then it is its source's word, and no slip of theirs.
    desk.shop.give_back(desk.shop.credit("C1", 200, order_external_id="A1"))
    with pytest.raises(NamedAlready):
        desk.unname()
    assert queries.loose_credits(state=Loose.NAMED, limit=9) == []
    assert queries.loose_credit(desk.credit) is None


def test_an_order_told_late_takes_it_over(desk: Desk) -> None:
    desk.shop.give_back(desk.shop.credit("C1", 200, order_external_id="X9"))
    desk.name()
    late = desk.shop.record(desk.shop.order("X9", returns=None))
    assert nets() == {"A1": 750, "A2": 750, "X9": 550}
    assert told_of(desk.orders["A1"]) == ["order_completed", "order_updated", "order_updated"]
    # In another currency it is not of that order, and then it is again.
    desk.shop.record(desk.shop.order("X9", returns=None, currency="USD"))
    assert nets() == {"A1": 550, "A2": 750, "X9": 750}
    desk.shop.record(desk.shop.order("X9", returns=None))
    assert nets() == {"A1": 750, "A2": 750, "X9": 550}
    assert late.created == 1


def test_taking_orders_back_leaves_what_a_colleague_said(desk: Desk) -> None:
    shop = desk.shop
    shop.give_back(shop.credit("C1", 200, order_external_id="X9"))
    desk.name()
    late = shop.record(shop.order("X9", returns=None), backfill=True)
    assert of_order() == "X9"
    services.undo_orders(changes=order_changes(late), now=NOW)
    assert (of_order(), nets()["A1"]) == ("A1", 550)
    # The order that was named is taken back itself: then nobody has named any.
    desk.unname()
    more = shop.record(shop.order("B1"), backfill=True)
    services.name_order(credit_id=desk.credit, order_id=more.ids["shop", "B1"], now=NOW)
    services.undo_orders(changes=order_changes(more), now=NOW)
    assert models.Credit.objects.filter(order=None, named_order=None).count() == 1


def test_taking_a_later_telling_back_leaves_it_named(desk: Desk) -> None:
    desk.name()
    later = desk.shop.give_back(desk.shop.credit("C1", 300, order_external_id="A2"), backfill=True)
    assert nets() == {"A1": 750, "A2": 450}
    changes = [
        CreditChange(key, revision, later.before.get(key)) for key, revision in later.revisions.items()
    ]
    assert services.undo_credits(changes=changes, now=NOW).restored == 1
    assert nets() == {"A1": 550, "A2": 750}


def test_only_an_order_that_fits_can_be_named(desk: Desk) -> None:
    shop = desk.shop
    wrong = shop.record(
        shop.order("other", profile_id=shop.profiles[1]),
        shop.order("dollars", currency="USD"),
        shop.order("later", ordered_at=NOON + 2 * DAY),
        shop.order("off", status=OrderStatus.CANCELLED),
        shop.order("empty", 100, returns=(shop.back(100),)),
    )
    found = queries.orders_that_fit(credit_id=desk.credit)
    assert {one.number for one in found} == {"A1", "A2"}
    for id_ in wrong.ids.values():
        with pytest.raises(OrderDoesNotFit):
            services.name_order(credit_id=desk.credit, order_id=id_, now=NOW)
    assert of_order() is None


def test_orders_with_the_same_product_come_first(shop: Shop, django_assert_num_queries: Counted) -> None:
    lines = {"A1": shop.coffee, "A2": shop.tea, "A3": shop.tea}
    for n, (number, product) in enumerate(lines.items()):
        line = shop.order(number, 50).lines[0]
        shop.record(
            shop.order(
                number, ordered_at=NOON - n * DAY, lines=(type(line)(amount_minor=50, product_id=product),)
            )
        )
    credit = shop.give_back(shop.credit("C1", 40, product_id=shop.tea)).ids["shop", "C1"]
    with django_assert_num_queries(1):
        found = queries.orders_that_fit(credit_id=credit)
    assert [(one.number, one.has_product) for one in found] == [("A2", True), ("A3", True), ("A1", False)]


def test_what_is_put_away_is_off_the_list_until_it_is_taken_back(
    desk: Desk, django_assert_num_queries: Counted
) -> None:
    desk.shop.give_back(desk.shop.credit("C2", 10, credited_at=NOON, order_external_id="X9"))
    desk.shop.give_back(desk.shop.credit("C3", 10, order_external_id="A1"))

    persons = list(customers.persons_of(desk.shop.profiles[:1]).values())

    def listed(state: Loose, **asked: object) -> list[str]:
        with django_assert_num_queries(1):
            found = queries.loose_credits(state=state, limit=9, **asked)  # type: ignore[arg-type]
        return [one.external_id for one in found]

    assert listed(Loose.OPEN) == ["C1", "C2"]
    assert listed(Loose.OPEN, after=(NOON + DAY, desk.credit)) == ["C2"]
    assert listed(Loose.OPEN, number="X9") == ["C2"]
    assert listed(Loose.OPEN, number="?", person_ids=persons) == ["C1", "C2"]
    assert services.put_credit_away(credit_id=desk.credit)
    assert not services.put_credit_away(credit_id=desk.credit)
    assert (listed(Loose.OPEN), listed(Loose.AWAY)) == (["C2"], ["C1"])
    desk.shop.give_back(desk.shop.credit("C1", 300))
    assert listed(Loose.AWAY) == ["C1"]
    assert services.put_credit_away(credit_id=desk.credit, away=False)
    desk.name()
    assert (listed(Loose.OPEN), listed(Loose.AWAY), listed(Loose.NAMED)) == (["C2"], [], ["C1"])
    assert queries.count_loose_credits(most=9) == 1


def two_colleagues(desk: Desk) -> list[object]:
    return list(together([partial(desk.name, "A1"), partial(desk.name, "A2")]))


def test_without_a_lock_two_colleagues_both_name_it(open_shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(open_shop)
    looked = Barrier(2)
    lock = naming.lock_credits

    def look(keys: object) -> object:
        with connection.cursor() as cursor, transaction.atomic():
            cursor.execute("SAVEPOINT looked")
            found = lock(keys)  # type: ignore[arg-type]
            cursor.execute("ROLLBACK TO SAVEPOINT looked")
        looked.wait(WAIT)
        return found

    monkeypatch.setattr(naming, "hold_sources", list)
    monkeypatch.setattr(naming, "lock_credits", look)
    assert two_colleagues(desk) == [None, None]


def test_of_two_colleagues_who_name_different_orders_one_is_told(open_shop: Shop) -> None:
    desk = Desk(open_shop)
    done = two_colleagues(desk)
    assert sorted(type(one).__name__ for one in done) == ["NamedAlready", "NoneType"]
    named = "A1" if done[0] is None else "A2"
    assert nets() == {"A1": 750, "A2": 750} | {named: 550}


def test_telling_it_again_and_naming_it_at_once_end_with_both(open_shop: Shop) -> None:
    desk = Desk(open_shop)
    works = [desk.name, lambda: open_shop.give_back(open_shop.credit("C1", 300)) and None]
    assert together(works) == [None, None]
    assert nets()["A1"] == 450
