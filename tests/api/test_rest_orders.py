"""Orders, returns, shipments, products and carts, by a server and by the till of a branch."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from threading import Barrier
from typing import Any

import pytest
from django.db import connections
from pytest_django import DjangoAssertNumQueries
from tests.api.rest_calls import Caller, caller, problem, told

from regulars.api import keys, limits
from regulars.api.rest import loyalty_limits, returns
from regulars.commerce import queries as commerce
from regulars.commerce import services
from regulars.commerce.types import CartChange, CartLine, CartStep, NewBranch, NewProduct
from regulars.customers.services import add_identities, find_or_create_profiles
from regulars.customers.types import SHOP, IdentityType, ProfileIdentity
from regulars.kit import clock
from regulars.team.types import KeyKind, Scope

pytestmark = pytest.mark.django_db
NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
TEA = {"product_id": "TEA", "name": "Green tea", "category": "Tea", "quantity": 2, "amount_minor": 149000}
ORDER: dict[str, Any] = {
    "customer_id": "C-1",
    "ordered_at": "2026-03-01T12:30:00+03:00",
    "currency": "RUB",
    "lines": [TEA, {"amount_minor": 25000, "quantity": 0.5}],
}


@pytest.fixture
def call() -> Caller:
    keys.forget()
    limits.forget()
    return caller()


@pytest.fixture
def branches() -> tuple[int, int]:
    made = services.upsert_branches(
        branches=[NewBranch(source=SHOP, external_id=id_, name=id_) for id_ in ("north", "south")]
    )
    return made[SHOP, "north"], made[SHOP, "south"]


def test_a_till_names_the_customer_of_an_order_as_it_did_in_the_quote(branches: tuple[int, int]) -> None:
    keys.forget()
    limits.forget()
    profile_id = find_or_create_profiles(keys=[(SHOP, "C-1")], now=NOW)[SHOP, "C-1"]
    phone = ProfileIdentity(profile_id, IdentityType.PHONE, "+79161234567")
    card = ProfileIdentity(profile_id, IdentityType.CARD, "2000123")
    add_identities(identities=[phone, card], now=NOW)
    till = caller(KeyKind.TILL, (Scope.ORDERS_WRITE, Scope.LOYALTY_READ), branches[0])
    body = {name: value for name, value in ORDER.items() if name != "customer_id"}
    by_card = told(till("PUT", "/orders/1", body | {"customer": "card:2000123"}))
    assert by_card["customer_id"] == "C-1"
    for _again in range(2):  # a number anybody can say tells nobody's
        by_phone = told(till("PUT", "/orders/2", body | {"customer": "phone:8 916 123-45-67"}))
        assert by_phone["customer_id"] is None
    assert [row.profile_id for row in commerce.orders_page(after=None, limit=9)] == [profile_id] * 2
    unknown = till("PUT", "/orders/3", body | {"customer": "card:9"})
    assert problem(unknown) == (404, "not_found")
    twice = till("PUT", "/orders/3", ORDER | {"customer": "card:2000123"})
    assert problem(twice) == (409, "refused")
    assert "once" in twice.content.decode()
    blind = caller(KeyKind.TILL, (Scope.ORDERS_WRITE,), branches[0])
    assert blind("PUT", "/orders/3", body | {"customer": "card:2000123"}).status_code == 403
    assert commerce.order(SHOP, "3") is None


def test_phones_are_not_tried_out_under_the_number_of_a_stored_order(branches: tuple[int, int]) -> None:
    keys.forget()
    limits.forget()
    loyalty_limits.forget()
    till = caller(KeyKind.TILL, (Scope.ORDERS_WRITE, Scope.LOYALTY_READ), branches[0])
    body = {name: value for name, value in ORDER.items() if name != "customer_id"}
    assert till("PUT", "/orders/1", body).status_code == 201
    tried = [
        till("PUT", "/orders/1", body | {"customer": f"phone:+791600000{number:02}"}).status_code
        for number in range(loyalty_limits.UNKNOWN_MAX + 1)
    ]
    assert tried == [404] * loyalty_limits.UNKNOWN_MAX + [429]


def test_an_order_comes_back_as_it_was_told(call: Caller) -> None:
    created = call("PUT", "/orders/2026%2F7", ORDER | {"channel": "search", "branch_id": "north"})
    assert created.status_code == 201
    order = told(created)
    assert order | {"updated_at": None, "as_of": None} == {
        "id": "2026/7",
        "source": "shop",
        "customer_id": "C-1",
        "ordered_at": "2026-03-01T09:30:00Z",
        "status": "completed",
        "cancelled_at": None,
        "currency": "RUB",
        "amount_minor": 174000,
        "returned_minor": 0,
        "channel": "search",
        "branch_id": "north",
        "as_of": None,
        "updated_at": None,
        "lines": [
            {"number": 1, "product_id": "TEA", "name": "Green tea", "quantity": 2.0, "amount_minor": 149000},
            {"number": 2, "product_id": None, "name": "", "quantity": 0.5, "amount_minor": 25000},
        ],
        "returns": [],
    }
    assert told(call("GET", "/orders/2026/7")) == order
    assert told(call("GET", "/customers/C-1"))["id"] == "C-1"
    assert told(call("GET", "/products/TEA"))["category"] == "Tea"


def test_told_again_it_is_the_same_order_and_changed_a_newer_state_of_it(call: Caller) -> None:
    call("PUT", "/orders/7", ORDER)
    again = call("PUT", "/orders/7", ORDER)
    assert (again.status_code, told(again)["amount_minor"]) == (200, 174000)
    changed = call("PUT", "/orders/7", ORDER | {"lines": [TEA], "status": "cancelled"})
    assert (told(changed)["amount_minor"], told(changed)["status"]) == (149000, "cancelled")
    names = [event["name"] for event in told(call("GET", "/customers/C-1/events"))["events"]]
    assert names.count("order_completed") == names.count("order_cancelled") == 1


def test_a_late_older_state_changes_nothing_and_is_said_to_be_one(call: Caller) -> None:
    call("PUT", "/orders/7", ORDER | {"as_of": "2026-03-02T10:00:00Z"})
    late = ORDER | {"lines": [TEA], "as_of": "2026-03-02T09:00:00Z"}
    assert problem(call("PUT", "/orders/7", late)) == (409, "stale")
    assert told(call("GET", "/orders/7"))["amount_minor"] == 174000
    newer = late | {"as_of": "2026-03-02T11:00:00Z"}
    assert told(call("PUT", "/orders/7", newer))["amount_minor"] == 149000


def test_a_late_state_with_a_cancellation_that_is_news_is_not_lost(call: Caller) -> None:
    call("PUT", "/orders/7", ORDER | {"as_of": "2026-03-02T10:00:00Z"})
    late = ORDER | {"lines": [TEA], "as_of": "2026-03-02T09:00:00Z"}
    cancelled = {"status": "cancelled", "cancelled_at": "2026-03-02T08:30:00Z"}
    order = told(call("PUT", "/orders/7", late | cancelled))
    assert (order["status"], order["cancelled_at"]) == ("cancelled", "2026-03-02T08:30:00Z")
    assert order["amount_minor"] == 174000
    assert problem(call("PUT", "/orders/7", late | cancelled)) == (409, "stale")


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"lines": []}, "lines"),
        ({"lines": [{"amount_minor": -1}]}, "lines.0.amount_minor"),
        ({"lines": [{"amount_minor": 1.5}]}, "lines.0.amount_minor"),
        ({"lines": [{"amount_minor": "100"}]}, "lines.0.amount_minor"),
        ({"lines": [{"amount_minor": True}]}, "lines.0.amount_minor"),
        ({"lines": [{"amount_minor": 10**15 + 1}]}, "lines.0.amount_minor"),
        ({"lines": [{"amount_minor": 1, "quantity": 0}]}, "lines.0.quantity"),
        ({"lines": [{"amount_minor": 1, "quantity": "2"}]}, "lines.0.quantity"),
        ({"lines": [{"amount_minor": 1, "quantity": True}]}, "lines.0.quantity"),
        ({"lines": [{"amount_minor": 1, "quantity": 1e12}]}, "lines.0.quantity"),
        ({"currency": "rub"}, "currency"),
        ({"currency": "РУБ"}, "currency"),
        ({"ordered_at": "2026-03-01"}, "ordered_at"),
        ({"status": "paid"}, "status"),
        ({"customer_id": ""}, "customer_id"),
        ({"customer_id": 5}, "customer_id"),
        ({"totals": 5}, "totals"),
        ({"returns": [{"returned_at": "2026-03-02T00:00:00Z", "amount_minor": 0}]}, "returns.0.amount_minor"),
    ],
)
def test_what_is_no_order_is_refused_with_its_place(call: Caller, change: dict[str, Any], field: str) -> None:
    answer = call("PUT", "/orders/7", ORDER | change)
    assert problem(answer) == (422, "invalid")
    assert [fault["field"] for fault in told(answer)["errors"]] == [field]
    assert problem(call("GET", "/customers/C-1")) == (404, "not_found")


def test_what_contradicts_itself_is_refused_and_nothing_of_it_stored(call: Caller) -> None:
    back = {"returned_at": "2026-03-02T00:00:00Z", "amount_minor": 5, "line": 3}
    answer = call("PUT", "/orders/7", ORDER | {"returns": [back]})
    assert problem(answer) == (409, "refused")
    assert told(answer)["errors"][0]["field"] == "returns"
    assert problem(call("GET", "/customers/C-1")) == (404, "not_found")


def test_an_order_of_years_ahead_is_refused_and_it_is_said_what_to_do(call: Caller) -> None:
    ahead = (clock.now() + timedelta(days=3 * 365)).isoformat()
    answer = call("PUT", "/orders/A-1", ORDER | {"ordered_at": ahead})
    assert problem(answer) == (409, "refused")
    (fault,) = told(answer)["errors"]
    assert (fault["field"], fault["code"]) == ("ordered_at", "in_the_future")
    assert "put the clock and the zone right" in told(answer)["detail"]  # all that a till's journal shows
    assert call("GET", "/orders/A-1").status_code == 404
    tomorrow = (clock.now() + timedelta(days=1)).isoformat()
    assert call("PUT", "/orders/A-1", ORDER | {"ordered_at": tomorrow}).status_code == 201


def test_all_lines_together_come_to_no_more_than_one_may(call: Caller) -> None:
    lines = [{"amount_minor": 10**15}, {"amount_minor": 1}]
    answer = call("PUT", "/orders/T-1", ORDER | {"lines": lines})
    assert problem(answer) == (409, "refused")
    assert [fault["code"] for fault in told(answer)["errors"]] == ["bad_amount"]


def test_quantities_are_kept_exactly(call: Caller) -> None:
    raw = b"""{"ordered_at": "2026-03-01T12:30:00Z", "currency": "RUB",
               "lines": [{"amount_minor": 1.0, "quantity": 0.1},
                         {"amount_minor": 1, "quantity": 1.0000004}]}"""
    call("PUT", "/orders/7", raw=raw)
    order = commerce.order(SHOP, "7")
    assert order is not None
    assert [line.quantity for line in order.lines] == [Decimal("0.1"), Decimal("1")]


def test_returns_of_its_own_and_told_by_themselves(call: Caller) -> None:
    early = call("PUT", "/returns/R-1", {"order_id": "7", "returned_at": "2026-03-03T00:00:00Z"})
    assert early.status_code == 201
    assert (told(early)["order_known"], told(early)["amount_minor"]) == (False, 0)
    call("PUT", "/orders/7", ORDER)
    assert told(call("GET", "/returns/R-1"))["amount_minor"] == 174000
    some = {
        "order_id": "7",
        "returned_at": "2026-03-03T00:00:00Z",
        "lines": [{"product_id": "TEA", "quantity": 1}],
    }
    corrected = call("PUT", "/returns/R-1", some)
    assert (corrected.status_code, told(corrected)["amount_minor"]) == (200, 74500)
    assert told(corrected)["parts"][0]["product_id"] == "TEA"
    back = {"returned_at": "2026-03-04T00:00:00Z", "amount_minor": 5000, "line": 2}
    order = told(call("PUT", "/orders/7", ORDER | {"returns": [back]}))
    assert order["returned_minor"] == 79500
    assert order["returns"][0] | {"quantity": None} == back | {"quantity": None}
    assert [one["id"] for one in told(call("GET", "/orders/7/returns"))["returns"]] == ["R-1"]
    assert problem(call("GET", "/returns/R-2")) == (404, "not_found")


def test_shipments_may_come_before_their_order(call: Caller) -> None:
    shipped = {"order_id": "7", "status": "shipped", "carrier": "Post", "shipped_at": "2026-03-02T08:00:00Z"}
    early = call("PUT", "/shipments/S-1", shipped | {"as_of": "2026-03-02T08:00:00Z"})
    assert (early.status_code, told(early)["order_known"]) == (201, False)
    call("PUT", "/orders/7", ORDER)
    assert told(call("GET", "/shipments/S-1"))["order_known"] is True
    delivered = shipped | {"status": "delivered", "delivered_at": "2026-03-03T08:00:00Z"}
    call("PUT", "/shipments/S-1", delivered | {"as_of": "2026-03-03T08:00:00Z"})
    late = call("PUT", "/shipments/S-1", shipped | {"as_of": "2026-03-02T09:00:00Z"})
    assert problem(late) == (409, "stale")
    listed = told(call("GET", "/orders/7/shipments"))["shipments"]
    assert [(one["id"], one["status"], one["carrier"]) for one in listed] == [("S-1", "delivered", "Post")]
    names = [event["name"] for event in told(call("GET", "/customers/C-1/events"))["events"]]
    assert names.count("order_delivered") == 1


def test_products_keep_what_is_not_told_again(call: Caller) -> None:
    price = {"amount_minor": 49900, "currency": "RUB"}
    created = call("PUT", "/products/TEA", {"name": "Tea", "price": price, "url": "https://shop.example/tea"})
    assert created.status_code == 201
    changed = call("PUT", "/products/TEA", {"brand": "Leaf"})
    assert changed.status_code == 200
    product = told(changed)
    assert (product["name"], product["price"], product["brand"]) == ("Tea", price, "Leaf")
    assert problem(call("PUT", "/products/TEA", {"price": {"amount_minor": 5}}))[0] == 422
    assert problem(call("PUT", "/products/TEA", {"url": "javascript:alert(1)"}))[0] == 422


def test_orders_are_listed_in_pages_by_customer_and_by_change(call: Caller) -> None:
    start = clock.now() - timedelta(hours=1)
    for number in range(9):
        with clock.fixed(start + timedelta(minutes=number)):
            call("PUT", f"/orders/{number}", ORDER | {"customer_id": f"C-{number % 2}"})
    with clock.fixed(start + timedelta(minutes=30)):
        call("PUT", "/orders/3", ORDER | {"customer_id": "C-1", "lines": [TEA]})

    def listed(query: str) -> list[str]:
        found: list[str] = []
        after = ""
        while True:
            page = told(call("GET", f"/orders?limit=2{query}{after}"))
            found += [order["id"] for order in page["orders"]]
            if page["next"] is None:
                return found
            after = f"&after={page['next']}"

    assert listed("") == list("012345678")
    assert listed("&customer_id=C-1") == list("1357")
    since = (start + timedelta(minutes=5)).isoformat()
    assert listed(f"&updated_since={since}") == listed(f"&updated_since={since.replace('+', '%2B')}")
    assert listed(f"&updated_since={since}") == list("56783")
    assert problem(call("GET", "/orders?customer_id=C-9")) == (404, "not_found")
    assert problem(call("GET", "/orders?updated_since=yesterday"))[0] == 422
    cursor = told(call("GET", "/orders?limit=2"))["next"]
    assert problem(call("GET", f"/orders?updated_since={since}&after={cursor}")) == (400, "bad_cursor")


def test_a_till_sees_and_writes_its_branch_only(call: Caller, branches: tuple[int, int]) -> None:
    north = caller(KeyKind.TILL, branch_id=branches[0])
    south = caller(KeyKind.TILL, branch_id=branches[1])
    assert told(north("PUT", "/orders/N-1", ORDER))["branch_id"] == "north"
    assert told(south("PUT", "/orders/S-1", ORDER))["branch_id"] == "south"
    call("PUT", "/orders/W-1", ORDER)

    assert [order["id"] for order in told(north("GET", "/orders"))["orders"]] == ["N-1"]
    assert len(told(call("GET", "/orders"))["orders"]) == 3
    for hidden in ("S-1", "W-1"):
        assert problem(north("GET", f"/orders/{hidden}")) == (404, "not_found")
        assert problem(north("GET", f"/orders/{hidden}/returns")) == (404, "not_found")
        assert problem(north("GET", f"/orders/{hidden}/shipments")) == (404, "not_found")
        assert problem(north("PUT", f"/orders/{hidden}", ORDER)) == (403, "not_your_branch")
        assert problem(north("PUT", f"/orders/{hidden}", ORDER | {"lines": [TEA]})) == (
            403,
            "not_your_branch",
        )
        back = {"order_id": hidden, "returned_at": "2026-03-03T00:00:00Z"}
        assert problem(north("PUT", "/returns/R-1", back)) == (404, "not_found")
        shipment = {"order_id": hidden, "status": "shipped"}
        assert problem(north("PUT", "/shipments/S-1", shipment)) == (404, "not_found")
    assert problem(north("PUT", "/orders/N-2", ORDER | {"branch_id": "south"})) == (403, "not_your_branch")
    assert problem(north("PUT", "/orders/N-2", ORDER | {"branch_id": "west"})) == (403, "not_your_branch")
    assert north("PUT", "/orders/N-2", ORDER | {"branch_id": "north"}).status_code == 201
    assert told(call("GET", "/orders/S-1"))["branch_id"] == "south"
    assert told(call("GET", "/orders/W-1"))["amount_minor"] == 174000


def test_a_till_cannot_take_over_a_return_or_a_shipment_of_another_branch(
    call: Caller, branches: tuple[int, int]
) -> None:
    north = caller(KeyKind.TILL, branch_id=branches[0])
    south = caller(KeyKind.TILL, branch_id=branches[1])
    north("PUT", "/orders/N-1", ORDER)
    south("PUT", "/orders/S-1", ORDER)
    back = {"returned_at": "2026-03-03T00:00:00Z", "amount_minor": 100}
    assert south("PUT", "/returns/R-1", back | {"order_id": "S-1"}).status_code == 201
    assert south("PUT", "/shipments/P-1", {"order_id": "S-1", "status": "shipped"}).status_code == 201
    assert problem(north("PUT", "/returns/R-1", back | {"order_id": "N-1"})) == (403, "not_your_branch")
    moved = {"order_id": "N-1", "status": "lost"}
    assert problem(north("PUT", "/shipments/P-1", moved)) == (403, "not_your_branch")
    assert problem(north("GET", "/returns/R-1")) == (404, "not_found")
    assert problem(north("GET", "/shipments/P-1")) == (404, "not_found")
    assert told(call("GET", "/orders/S-1"))["returned_minor"] == 100
    assert told(call("GET", "/shipments/P-1"))["status"] == "shipped"


def test_carts_are_those_of_the_whole_person(call: Caller) -> None:
    key = (SHOP, "C-1")
    profile_id = find_or_create_profiles(keys=[key], now=NOW)[key]
    product = NewProduct(source=SHOP, external_id="TEA", name="Tea")
    product_id = services.upsert_products(products=[product])[product.key]
    change = CartChange(
        source="test",
        key="1",
        profile_id=profile_id,
        what=CartStep.ADDED,
        at=NOW,
        currency="RUB",
        lines=(CartLine(product_id=product_id, quantity=Decimal(2), price_minor=500),),
        cart="basket",
    )
    services.change_carts(changes=[change], now=NOW)
    cart = told(call("GET", "/customers/C-1/carts"))["carts"][0]
    assert (cart["id"], cart["amount_minor"], cart["currency"]) == ("basket", 1000, "RUB")
    assert cart["lines"] == [{"product_id": "TEA", "name": "Tea", "quantity": 2.0, "price_minor": 500}]
    call("PUT", "/orders/7", ORDER | {"ordered_at": "2026-03-01T12:30:00Z"})
    assert told(call("GET", "/customers/C-1/carts"))["carts"] == []


def test_a_page_asks_no_more_of_the_database_than_a_line(
    call: Caller, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    for number in range(12):
        call("PUT", f"/orders/{number}", ORDER | {"customer_id": f"C-{number}"})
        call("PUT", f"/products/{number}", {"name": "Tea"})
    for path, few in (("/orders", 6), ("/customers", 3), ("/products", 1)):
        for limit in (1, 10):
            with django_assert_num_queries(few):
                assert call("GET", f"{path}?limit={limit}").status_code == 200


def told_at_once(tills: tuple[Caller, Caller], number: int) -> list[int]:
    """What two tills of different branches are answered that tell of one return at the same moment."""
    ready = Barrier(2)

    def tell(till: Caller, order: str) -> int:
        try:
            ready.wait(10)
            back = {"order_id": order, "returned_at": "2026-03-03T00:00:00Z", "amount_minor": 1}
            return till("PUT", f"/returns/R-{number}", back).status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        return sorted(pool.map(tell, tills, ("N-1", "S-1")))


@pytest.mark.django_db(transaction=True)
def test_of_two_tills_with_one_return_the_second_is_refused(
    call: Caller, branches: tuple[int, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    tills = caller(KeyKind.TILL, branch_id=branches[0]), caller(KeyKind.TILL, branch_id=branches[1])
    tills[0]("PUT", "/orders/N-1", ORDER)
    tills[1]("PUT", "/orders/S-1", ORDER)
    with monkeypatch.context() as patched:  # the race is there: without the lock both believe it theirs
        patched.setattr(returns, "alone_with", lambda kind, external_id: None)
        assert any(403 not in told_at_once(tills, number) for number in range(40))
    for number in range(100, 110):
        assert told_at_once(tills, number) == [201, 403]
