"""What conditions find of orders: by number, sum, moment, and what is in them."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from tests.commerce.conftest import NOON, Shop
from tests.segments.asked import NOW, found, person, profiles_of, turns

from regulars.commerce import services
from regulars.commerce.conditions import ORDER_LINES
from regulars.commerce.types import NewBranch, NewProduct, OrderLine, OrderStatus
from regulars.kit import attributes
from regulars.segments.types import (
    AllOf,
    Anniversary,
    AnyOf,
    Bought,
    Contains,
    DaysAgo,
    Has,
    Known,
    NoneOf,
    Not,
    OnDays,
    OneOf,
    Range,
    Test,
    Where,
    Within,
)

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def people(db: None) -> Shop:
    """The shop of commerce's tests: three customers, of whom nobody has bought yet."""
    return Shop()


def persons(shop: Shop) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT person_id FROM customers_profile WHERE id = ANY(%s) ORDER BY id", [shop.profiles]
        )
        return [id_ for (id_,) in cursor.fetchall()]


def much(low: int | None, high: int | None = None) -> Range:
    return Range(None if low is None else Decimal(low), None if high is None else Decimal(high))


def test_orders_are_counted_and_summed(people: Shop) -> None:
    one, two, nobody = persons(people)
    second = people.profiles[1]
    people.record(
        people.order("A1", 500, 250),
        people.order("A2", 100, ordered_at=NOON + DAY),
        people.order("B1", 90, profile_id=second),
    )
    assert found(Bought()) == [one, two]
    assert found(Bought(at_least=2)) == [one]
    assert found(Bought(at_least=1, at_most=1)) == [two]
    assert found(Bought(at_least=0, at_most=0)) == found(Not(Bought())) == [nobody]
    assert found(Bought(amount=much(850))) == [one]
    assert found(Bought(amount=much(851))) == []
    assert found(Bought(amount=much(None, 90))) == [two]
    assert found(Bought(at_least=0, amount=much(None, 90))) == [two, nobody]
    assert found(Bought(at_least=0, amount=much(0, 0))) == [nobody]
    assert found(Bought(within=Within(first=date(2026, 2, 2)))) == [one]
    assert found(Bought(at_least=2, within=Within(first=date(2026, 2, 2)))) == []
    both = AllOf((Bought(at_least=2), Bought(within=Within(last=date(2026, 2, 1)), amount=much(750, 750))))
    assert found(both) == [one]


def test_only_what_is_left_of_orders_that_hold_counts(people: Shop) -> None:
    one, two, three = persons(people)
    second, third = people.profiles[1:]
    people.record(
        people.order("A1", 500, 250, returns=(people.back(200),)),
        people.order("A2", 400, returns=(people.back(400),)),
        people.order("B1", 300, profile_id=second, status=OrderStatus.CANCELLED, cancelled_at=NOON + DAY),
        people.order("B2", 300, profile_id=second, currency="EUR"),
        people.order("C1", 300, profile_id=third),
    )
    assert found(Bought()) == [one, three]
    assert found(Bought(amount=much(550, 550))) == [one]
    people.give_back(people.credit("K1", 100, order_external_id="A1"))
    assert found(Bought(amount=much(450, 450))) == [one]
    # One that names no order reduces none of them.
    people.give_back(people.credit("K2", 300, profile_id=third))
    assert found(Bought(amount=much(300, 300))) == [three]
    people.give_back(people.credit("K3", 300, profile_id=third, order_external_id="C1"))
    assert found(Bought()) == [one]
    assert two not in found(Bought())


@pytest.fixture
def goods(people: Shop) -> Shop:
    """One bought tea and coffee at once, two the same apart, three only coffee, in another branch."""
    services.upsert_branches(
        branches=[NewBranch(source="shop", external_id=n, name=n) for n in ("Центр", "Ёлки")]
    )
    services.upsert_products(
        products=[
            NewProduct(source="shop", external_id="t", name="Сенча", category="Чай", brand="Гора"),
            NewProduct(source="shop", external_id="k", name="Кения АА", category="Кофе", brand="Зерно"),
        ]
    )
    tea, coffee = people.tea, people.coffee
    with connection.cursor() as cursor:
        cursor.execute("SELECT name, id FROM commerce_branch")
        branches = dict(cursor.fetchall())

    def of(*amounts: tuple[int, int]) -> tuple[OrderLine, ...]:
        return tuple(OrderLine(amount_minor=a, product_id=p) for p, a in amounts)

    centre: dict[str, Any] = {"branch_id": branches["Центр"], "channel": "site"}
    people.record(
        people.order("A1", lines=of((tea, 500), (coffee, 300)), **centre),
        people.order("B1", lines=of((tea, 200)), profile_id=people.profiles[1], **centre),
        people.order("B2", lines=of((coffee, 100)), profile_id=people.profiles[1], **centre),
        people.order(
            "C1", lines=of((coffee, 400)), profile_id=people.profiles[2], branch_id=branches["Ёлки"]
        ),
    )
    return people


@pytest.mark.parametrize(
    ("tests", "who"),
    [
        ((Where("category", OneOf(("чай",))),), "12"),
        ((Where("product", OneOf(("СЕНЧА", "нет"))),), "12"),
        ((Where("product", Contains("ения")),), "123"),
        ((Where("brand", NoneOf(("Гора",))),), "123"),
        ((Where("brand", OneOf(("Гора",))), Where("category", OneOf(("Кофе",)))), ""),
        ((Where("branch", OneOf(("елки",))),), "3"),
        ((Where("branch", NoneOf(("Ёлки",))),), "12"),
        ((Where("channel", Known(False)),), "3"),
        ((Where("channel", OneOf(("site",))), Where("category", OneOf(("Кофе",)))), "12"),
    ],
)
def test_what_was_bought_where(goods: Shop, tests: tuple[Where, ...], who: str) -> None:
    assert found(Bought(where=tests)) == [persons(goods)[int(n) - 1] for n in who]


def test_orders_of_several_lines_are_one_order(goods: Shop) -> None:
    one, two, _ = persons(goods)
    drinks = (Where("category", OneOf(("Чай", "Кофе"))),)
    assert found(Bought(at_least=2, where=drinks)) == [two]
    assert one in found(Bought(at_least=1, at_most=1, where=drinks))
    assert found(Bought(amount=much(800, 800), where=drinks)) == [one]
    assert found(Bought(at_least=2, amount=much(300, 300), where=drinks)) == [two]


def test_of_lines_only_what_is_left_of_them_is_summed(goods: Shop) -> None:
    one, *_ = persons(goods)
    tea = (Where("category", OneOf(("Чай",))),)
    coffee = (Where("category", OneOf(("Кофе",))),)
    lines = (
        OrderLine(amount_minor=500, product_id=goods.tea),
        OrderLine(amount_minor=300, product_id=goods.coffee),
        OrderLine(amount_minor=50, product_id=goods.tea),
    )
    goods.record(goods.order("A1", lines=lines, returns=(goods.back(120, line=1), goods.back(30))))
    assert found(Bought(amount=much(430, 430), where=tea)) == [one]
    goods.give_back(goods.credit("K1", 200, order_external_id="A1", product_id=goods.tea))
    assert found(Bought(amount=much(230, 230), where=tea)) == [one]
    # What names the order alone is of no line.
    goods.give_back(goods.credit("K2", 100, order_external_id="A1"))
    assert found(Bought(amount=much(230, 230), where=tea)) == [one]
    assert one in found(Bought(amount=much(300, 300), where=coffee))
    # With nothing left of the order, nothing was bought.
    goods.give_back(goods.credit("K3", 400, order_external_id="A1"))
    assert one not in found(AnyOf((Bought(where=tea), Bought())))


def test_a_credit_of_what_was_not_in_the_order_is_no_line(goods: Shop) -> None:
    three = persons(goods)[2]
    profile = goods.profiles[2]
    goods.give_back(goods.credit("K1", 50, order_external_id="C1", profile_id=profile, product_id=goods.tea))
    assert three not in found(Bought(where=(Where("category", OneOf(("Чай",))),)))
    assert three in found(Bought(amount=much(350, 350)))


@pytest.mark.parametrize(
    ("key", "test", "who"),
    [
        ("orders", much(2), "2"),
        ("orders", much(None, 0), "4"),
        ("orders", much(0, 1), "134"),
        ("spend", much(400), "13"),
        ("spend", much(None, 300), "24"),
        ("average_order", much(150, 150), "2"),
        ("average_order", Known(False), "4"),
        ("largest_order", much(800), "1"),
        ("last_order_at", OnDays(date(2026, 2, 1), date(2026, 2, 1)), "123"),
        ("last_order_at", Known(False), "4"),
        ("first_order_at", DaysAgo(at_least=89), "123"),
        ("first_order_at", DaysAgo(at_least=90), ""),
        ("first_order_at", Anniversary(), ""),
    ],
)
def test_attributes_of_orders(goods: Shop, key: str, test: Test, who: str) -> None:
    everybody = [*persons(goods), person()]
    assert found(Has(f"commerce.{key}", test)) == [everybody[int(n) - 1] for n in who]


def test_pages_can_offer_what_there_is(goods: Shop) -> None:
    offered = {
        name: [value for value, _ in field.choices()]
        for name, field in ORDER_LINES.fields.items()
        if field.choices is not None
    }
    assert offered == {
        "product": ["Кения АА", "Сенча"],
        "category": ["Кофе", "Чай"],
        "brand": ["Гора", "Зерно"],
        "branch": ["Ёлки", "Центр"],
        "channel": ["site"],
    }


@pytest.mark.slow
def test_whose_orders_come_and_grow_old_is_foretold(people: Shop) -> None:
    zones = person(zone="Asia/Kamchatka"), person(zone="America/New_York")
    for n, profile in enumerate([*people.profiles, *profiles_of(*zones)]):
        people.record(people.order(f"A{n}", 100, profile_id=profile, ordered_at=NOW + timedelta(hours=n)))
    hours = [NOW + timedelta(hours=n) for n in range(-2, 66)]
    assert turns(Bought(within=Within(days=1)), hours) == 10
    assert turns(Bought(at_least=0, at_most=0, within=Within(hours=5)), hours) == 10
    assert turns(Bought(amount=much(100)), hours) == 5
    for key in ("first_order_at", "last_order_at"):
        assert turns(Has(f"commerce.{key}", DaysAgo(1, 1)), hours) == 10
        assert turns(Has(f"commerce.{key}", DaysAgo(at_least=1)), hours) == 5
    assert turns(Has("commerce.orders", much(1)), hours) == 5
    # By the value of everybody, where it is no single order's moment.
    year = [datetime(2027, 4, 28, tzinfo=NOW.tzinfo) + timedelta(hours=6 * n) for n in range(24)]
    assert turns(Has("commerce.first_order_at", Anniversary()), year) == 10


def test_the_quick_query_of_moments_has_all_rows(goods: Shop) -> None:
    """It is asked for those whose orders begin or cease to count."""
    for relation in (attributes.relations()["orders"], ORDER_LINES):
        assert relation.moments is not None
        query = relation.query.replace("{currency}", "'RUB'")
        moments = relation.moments
        for column in ("o.profile_id", "x.profile_id"):
            query, moments = (q.replace(f"{{scope:{column}}}", "true") for q in (query, moments))
        with connection.cursor() as cursor:
            cursor.execute(f"SELECT person_id, at FROM ({query}) AS a EXCEPT SELECT * FROM ({moments}) AS b")
            assert cursor.fetchall() == []
