"""The page of returns that name no order, and saying which one each belongs to."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops
from tests.console.test_friend_pages import profile_of, words_of
from tests.console.workbooks import rows_of
from tests.loyalty.shop_with_points import LogReader

from regulars.commerce import services as commerce
from regulars.commerce.types import NewCredit, NewProduct, Order, OrderLine
from regulars.console.views.credits import LINES
from regulars.kit import clock
from regulars.loyalty import queries as loyalty
from regulars.loyalty import services
from regulars.loyalty.types import Programme
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = pytest.mark.django_db
NOW = shops.NOW
DAY = timedelta(days=1)
LIST_QUERIES = 8
"""The session, the user, what they may; the shop; the returns, how many, whose; the names."""
FOUND_QUERIES = 12
CHOSEN_QUERIES = 10
ONE_QUERIES = 9
"""The same without the count, and the orders it may be of with their lines."""


class Returns:
    """Anna with two orders by which she earned points, and an agent's browser."""

    def __init__(self) -> None:
        programme = Programme.model_validate({"currency": "RUB", "usable": {"kind": "at_once"}})
        services.publish(programme=programme, since=None, now=NOW - 300 * DAY, user_id=None)
        loyalty.forget_versions()
        self.log = LogReader()
        self.log.catch_up(NOW)
        self.anna = shops.person("Анна")
        self.products = commerce.upsert_products(
            products=[NewProduct(source="shop", external_id=one, name=one) for one in ("Kettle", "Cup")]
        )
        self.kettle = self.order("1001", "Kettle", 6_000, days=20)
        self.cup = self.order("1002", "Cup", 2_000, days=10)
        self.inside = shops.browser_of(shops.colleague(Role.AGENT, "Олег"))

    def order(self, number: str, product: str, roubles: int, *, days: int) -> int:
        told = Order(
            source="shop",
            external_id=number,
            profile_id=profile_of(self.anna),
            ordered_at=NOW - days * DAY,
            currency="RUB",
            lines=(OrderLine(amount_minor=roubles * 100, product_id=self.products["shop", product]),),
        )
        return commerce.record_orders(orders=[told], now=NOW).ids["shop", number]

    def back(
        self, number: str = "R-1", *, days: int = 1, whose: int | None = None, nobodys: bool = False
    ) -> int:
        told = NewCredit(
            source="1c",
            external_id=number,
            profile_id=None if nobodys else profile_of(whose or self.anna),
            credited_at=NOW - days * DAY,
            amount_minor=600_000,
            currency="RUB",
            product_id=self.products["shop", "Kettle"],
        )
        done = commerce.record_credits(credits=[told], now=NOW)
        self.log.catch_up(NOW)
        return done.ids["1c", number]

    def points(self) -> int:
        self.log.catch_up(NOW)
        return loyalty.balance(profile_id=profile_of(self.anna), at=NOW).spendable_minor // 100

    def see(self, address: str = "", client: Client | None = None) -> str:
        with clock.fixed(NOW):
            answer = (client or self.inside).get(address or reverse("loyalty-returns"), follow=True)
        assert answer.status_code == 200, answer.status_code
        return words_of(answer.text)

    def do(self, name: str, number: int, client: Client | None = None, **values: object) -> str:
        with clock.fixed(NOW):
            answer = (client or self.inside).post(reverse(name, args=[number]), values, follow=True)
        assert answer.status_code == 200, answer.status_code
        return words_of(answer.text)


@pytest.fixture
def returns(db: None) -> Returns:
    return Returns()


def test_without_any_the_page_says_what_will_stand_there(returns: Returns) -> None:
    assert "Every return belongs to an order." in returns.see()
    assert "Nothing of this kind." in returns.see(reverse("loyalty-returns") + "?state=away")


def test_a_colleague_looks_what_it_does_does_it_and_takes_it_back(
    returns: Returns, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    number = returns.back()
    assert returns.points() == 400
    listed = returns.see()
    assert "1 waits for somebody" in listed
    assert "Анна RUB 6,000 Kettle" in listed
    with django_assert_num_queries(LIST_QUERIES):
        returns.see()
    address = reverse("loyalty-return", args=[number])
    page = returns.see(address)
    assert page.index("1001") < page.index("1002")
    assert "the same product" in page
    with django_assert_num_queries(ONE_QUERIES):
        returns.see(address)
    looked = returns.see(f"{address}?order={returns.kettle}")
    assert "Taken back from the customer: 300 points. The order will be worth RUB 0." in looked
    # Looking has changed nothing.
    assert returns.points() == 400
    done = returns.do("loyalty-return", number, order=returns.kettle)
    assert "Return R-1 belongs to order 1001 now." in done
    assert "Undo" in done
    assert returns.points() == 100
    assert "order 1001, by hand" in returns.see(reverse("loyalty-returns") + "?state=named")
    assert "Belongs to order 1001" in returns.see(address)
    # A colleague who had the page open is told, and changes nothing.
    late = returns.do("loyalty-return", number, order=returns.cup)
    assert "belongs to an order by now" in late
    undone = returns.do("loyalty-return-undo", number, order=returns.kettle)
    assert "Taken back: the return belongs to no order again." in undone
    assert returns.points() == 400
    assert loyalty.verify().findings == ()
    logged = AuditLogEntry.objects.filter(action=Action.RETURN_PLACED.value).order_by("id")
    assert [(entry.subject, entry.details) for entry in logged] == [
        (f"return:{number}", {"what": what, "number": "R-1", "order": "1001"}) for what in ("named", "undone")
    ]
    owner = shops.browser_of(shops.colleague(Role.OWNER, "Ирина"))
    log = returns.see(reverse("settings-log"), owner)
    assert "Return without an order looked at: R-1 (belongs to order 1001)" in log


def test_what_belongs_to_no_order_is_put_away_and_brought_back(returns: Returns) -> None:
    number = returns.back()
    assert "Return R-1 is put away" in returns.do("loyalty-return-away", number)
    assert "R-1" not in returns.see()
    away = returns.see(reverse("loyalty-returns") + "?state=away")
    assert "R-1" in away
    assert "This was changed since" in returns.do("loyalty-return-away", number)
    assert "Return R-1 is on the list again." in returns.do("loyalty-return-away", number, undo=1)
    assert "R-1" in returns.see()
    assert AuditLogEntry.objects.filter(action=Action.RETURN_PLACED.value).count() == 2


def test_whose_orders_do_not_fit_is_told_so(returns: Returns) -> None:
    boris = shops.person("Борис")
    number = returns.back(whose=boris)
    address = reverse("loyalty-return", args=[number])
    assert "This customer has no orders." in returns.see(address)
    assert "cannot belong to that order" in returns.see(f"{address}?order={returns.kettle}")
    assert "cannot belong to that order" in returns.do("loyalty-return", number, order=returns.kettle)
    assert "Choose the order" in returns.do("loyalty-return", number, order="?")
    assert "Nothing is left to do here" in returns.see(reverse("loyalty-return", args=[10**18]))


def test_whose_source_names_no_customer_is_looked_for_first(
    returns: Returns, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    boris = shops.person("Борис")
    number = returns.back(nobodys=True)
    assert "Customer not known" in returns.see()
    address = reverse("loyalty-return", args=[number])
    assert "Whose is it?" in returns.see(address)
    assert "Nobody was found." in returns.see(address + "?q=nobody")
    found = returns.see(address + "?q=анна")
    assert "Анна" in found
    assert "Their orders" in found
    with django_assert_num_queries(FOUND_QUERIES):
        returns.see(address + "?q=анна")
    of_anna = f"{address}?person={returns.anna}"
    orders = returns.see(of_anna)
    assert "Whose it is: Анна" in orders
    assert orders.index("1001") < orders.index("1002")
    with django_assert_num_queries(CHOSEN_QUERIES):
        returns.see(of_anna)
    looked = returns.see(f"{of_anna}&order={returns.kettle}")
    assert "Taken back from the customer: 300 points." in looked
    assert returns.points() == 400
    assert "Return R-1 belongs to order 1001 now." in returns.do(
        "loyalty-return", number, order=returns.kettle, person=returns.anna
    )
    assert returns.points() == 100
    assert "Анна RUB 6,000" in returns.see(reverse("loyalty-returns") + "?state=named")
    returns.do("loyalty-return-undo", number, order=returns.kettle)
    assert returns.points() == 400
    assert "Customer not known" in returns.see()
    assert loyalty.verify().findings == ()
    logged = AuditLogEntry.objects.filter(action=Action.RETURN_PLACED.value)
    assert [entry.details["what"] for entry in logged.order_by("id")] == ["named", "undone"]
    # Who has none that fit is told why.
    assert "This customer has no orders." in returns.see(f"{address}?person={boris}")
    early = returns.back("R-2", days=15, nobodys=True)
    commerce.name_order(credit_id=returns.back("R-3"), order_id=returns.kettle, now=NOW)
    why = returns.see(reverse("loyalty-return", args=[early]) + f"?person={returns.anna}")
    assert "1 order was made after the return." in why
    assert "All of 1 order is given back already." in why
    late = returns.do("loyalty-return", early, order=returns.cup, person=returns.anna)
    assert "cannot belong to that order" in late
    assert "Whose it is: Анна" in late


def test_the_list_is_searched_has_pages_and_can_be_saved(returns: Returns) -> None:
    boris = shops.person("Борис")
    for n in range(LINES + 1):
        returns.back(f"R-{n:02}", days=n)
    returns.back("B-1", days=LINES + 5, whose=boris)
    first = returns.inside.get(reverse("loyalty-returns"))
    assert "R-49" in first.text
    assert "R-50" not in first.text
    further = shops.plain(first.text).split('rel="next" href="')[1].split('"')[0].replace("&amp;", "&")
    second = returns.see(further)
    assert "R-50" in second
    assert "B-1" in second
    assert "R-49" not in second
    assert "B-1" in returns.see(reverse("loyalty-returns") + "?q=борис")
    assert "R-07" in returns.see(reverse("loyalty-returns") + "?q=R-07")
    assert "No such return." in returns.see(reverse("loyalty-returns") + "?q=nobody")
    marketer = shops.browser_of(shops.colleague(Role.MARKETER))
    saved = marketer.get(reverse("loyalty-returns-export") + "?q=B-1")
    rows = rows_of(saved)
    assert [row[1:3] for row in rows[1:]] == [["Борис", 6000]]


@pytest.mark.parametrize("role", [Role.CASHIER, Role.ANALYST])
def test_who_may_not_change_points_may_not_say_where_returns_belong(returns: Returns, role: Role) -> None:
    number = returns.back()
    browser = shops.browser_of(shops.colleague(role, "Вера"))
    for name in ("loyalty-return", "loyalty-return-undo", "loyalty-return-away"):
        assert browser.post(reverse(name, args=[number]), {"order": returns.kettle}).status_code == 403
    for address in (reverse("loyalty-returns"), reverse("loyalty-return", args=[number])):
        assert browser.get(address).status_code == 403
    assert browser.get(reverse("loyalty-returns-export")).status_code == 403
    for name in ("loyalty-return-undo", "loyalty-return-away"):
        assert returns.inside.get(reverse(name, args=[number])).status_code == 405
    assert returns.points() == 400
