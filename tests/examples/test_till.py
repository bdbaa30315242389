"""The example of a till: with the server there, with it away, and with it back again."""

from __future__ import annotations

import io
import sys
from datetime import timedelta
from pathlib import Path

import httpx
import pytest
from django.core.wsgi import get_wsgi_application
from examples.till import Memory, Refused, Server, Till, Told, main
from pytest_django.fixtures import Settings
from tests.api.rest_server import serving

from regulars.api import keys, limits
from regulars.commerce import queries as commerce
from regulars.commerce import services as trade
from regulars.commerce.types import NewBranch
from regulars.customers import services as customers
from regulars.customers.types import SHOP, IdentityType, NewProfile, ProfileIdentity
from regulars.events import services as log
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.models import SpendingCode
from regulars.loyalty.types import Account, Cause, Programme, Wanted
from regulars.loyalty.types.programme import AtOnce
from regulars.offers import queries as offer_queries
from regulars.offers import services as offers
from regulars.offers.types import CodeState, Issue, Terms
from regulars.team.services import create_key
from regulars.team.types import KeyKind, Scope

pytestmark = pytest.mark.django_db(transaction=True)
SCOPES = (Scope.LOYALTY_READ, Scope.LOYALTY_WRITE, Scope.ORDERS_WRITE)


class Line(httpx.BaseTransport):
    """The way to the server, which can be cut before a call gets there or before its answer comes back."""

    def __init__(self) -> None:
        self._server = httpx.WSGITransport(app=get_wsgi_application())
        self.cut = False
        self.answers_lost_from = ""
        """Beginning of addresses; from the first such call on all is cut, and this one's answer is lost."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        if self.cut:
            raise httpx.ConnectError("cut")
        answer = self._server.handle_request(request)
        if self.answers_lost_from and self.answers_lost_from in request.url.path:
            self.cut = True
            raise httpx.ReadTimeout("cut")
        return answer


@pytest.fixture
def secret() -> str:
    """The key of a till of a shop in which C-1 has 500 points, on a card."""
    keys.forget()
    limits.forget()
    queries.forget_versions()
    now = clock.now() - timedelta(days=1)
    log.ensure_consumers(now=now)
    branch = NewBranch(source=SHOP, external_id="north", name="North")
    branch_id = trade.upsert_branches(branches=[branch])[branch.key]
    programme = Programme(usable=AtOnce(), currency="RUB", offline_minor=20_000)
    services.publish(programme=programme, since=None, now=now, user_id=None)
    profile = NewProfile(source=SHOP, external_id="C-1", name="Anna Petrova", created_at=now)
    profile_id = customers.upsert_profiles(profiles=[profile], now=now).ids[profile.key]
    card = ProfileIdentity(profile_id, IdentityType.CARD, "2000123")
    customers.add_identities(identities=[card], now=now)
    wanted = Wanted(
        key="opening:C-1",
        profile_id=profile_id,
        points_minor=50_000,
        at=now,
        earned_at=now,
        usable_at=now,
        expires_at=None,
        account=Account.ADJUSTMENTS,
        cause=Cause.OPENING,
    )
    services.settle(wanted=[wanted], when_spent="owe", now=now)
    return create_key(name="Till", kind=KeyKind.TILL, now=now, scopes=SCOPES, branch_id=branch_id).secret


def spendable() -> int:
    profile = customers_profile()
    assert queries.verify().findings == ()
    return queries.balance(profile_id=profile, at=clock.now()).spendable_minor


def customers_profile() -> int:
    key = (SHOP, "C-1")
    return customers.find_or_create_profiles(keys=[key], now=clock.now())[key]


def paid(order_id: str) -> int:
    order = commerce.order(SHOP, order_id)
    assert order is not None
    return order.amount_minor - order.returned_minor


def order_of(receipt: str) -> str:
    return receipt.splitlines()[0].removeprefix("Order ")


def till_on(line: httpx.BaseTransport, secret: str, memory: Path) -> Till:
    headers = {"Authorization": f"Bearer {secret}"}
    client = httpx.Client(transport=line, base_url="http://server", headers=headers)
    return Till(Server(client, rest_seconds=0), Memory(str(memory)))


def test_a_till_sells_takes_points_and_takes_back(secret: str, tmp_path: Path) -> None:
    till = till_on(Line(), secret, tmp_path / "till.db")
    assert till.scan("card:2000123")["balance"]["spendable_minor"] == 50_000
    till.add("tea", 100_000)
    receipt = till.pay(30_000)
    assert "Anna Petrova" in receipt
    assert "300 points  −300.00" in receipt
    assert "Paid 700.00" in receipt
    assert paid(order_of(receipt)) == 70_000
    assert spendable() == 50_000 - 30_000 + 3_500
    till.give_back(order_of(receipt))
    assert spendable() == 50_000
    assert (till.send(), till.memory.wrong()) == ("", [])


def test_nobody_in_particular_is_promised_nothing(secret: str, tmp_path: Path) -> None:
    till = till_on(Line(), secret, tmp_path / "till.db")
    till.add("tea", 100_000)
    receipt = till.pay()
    assert "points" not in receipt
    assert paid(order_of(receipt)) == 100_000
    assert (till.send(), till.memory.wrong()) == ("", [])


def test_who_is_named_by_a_phone_earns_what_the_quote_says(secret: str, tmp_path: Path) -> None:
    phone = ProfileIdentity(customers_profile(), IdentityType.PHONE, "+79161234567")
    customers.add_identities(identities=[phone], now=clock.now())
    till = till_on(Line(), secret, tmp_path / "till.db")
    assert till.scan("phone:+79161234567")["balance"] is None
    till.add("tea", 100_000)
    till.pay(0)
    assert spendable() == 50_000 + 5_000
    assert (till.send(), till.memory.wrong()) == ("", [])


def test_a_code_is_asked_for_with_the_points_to_be_spent(
    secret: str, tmp_path: Path, settings: Settings
) -> None:
    settings.EMAIL_HOST, settings.DEFAULT_FROM_EMAIL = "127.0.0.1", "points@shop.example"
    address = ProfileIdentity(customers_profile(), IdentityType.EMAIL, "anna@example.com")
    customers.add_identities(identities=[address], now=clock.now())
    till = till_on(Line(), secret, tmp_path / "till.db")
    till.scan("card:2000123")
    assert [till.send_code(30_000), till.send_code()] == ["a•••@example.com"] * 2
    asked = SpendingCode.objects.order_by("pk").values_list("points_minor", flat=True)
    assert list(asked) == [30_000, None]


def test_a_till_goes_on_while_the_server_is_away(secret: str, tmp_path: Path) -> None:
    line = Line()
    till = till_on(line, secret, tmp_path / "till.db")
    till.scan("card:2000123")
    line.cut = True
    till.scan("card:2000123")
    till.add("tea", 100_000)
    till.add("jam", 33_333)
    quote = till.quote(30_000)
    lines = [line["amount_minor"] for line in quote["lines"]]
    assert (quote["points_minor"], quote["discount_minor"], sum(lines)) == (20_000, 20_000, 113_333)
    first = order_of(till.pay(30_000))
    with pytest.raises(Refused, match="never here"):
        till.scan("card:9999")
    assert till.send() != ""
    # The plug is pulled: another till goes on by the same file.
    again = till_on(line, secret, tmp_path / "till.db")
    again.give_back(first, "jam")
    assert commerce.order(SHOP, first) is None
    line.cut = False
    assert (again.send(), again.memory.wrong()) == ("", [])
    share = 20_000 * lines[1] // 113_333  # of the points, as of the money
    assert paid(first) == lines[0]
    assert spendable() == 50_000 - 20_000 + share + 4_200


@pytest.mark.parametrize("call", ["/loyalty/holds", "/loyalty/journal"])
def test_an_answer_that_is_lost_spends_nothing_twice(secret: str, tmp_path: Path, call: str) -> None:
    line = Line()
    till = till_on(line, secret, tmp_path / "till.db")
    till.scan("card:2000123")
    till.add("tea", 100_000)
    line.answers_lost_from = call
    order_id = order_of(till.pay(20_000))
    line.cut, line.answers_lost_from = False, ""
    assert till.send() == ""
    assert till.send() == ""
    assert paid(order_id) == 80_000
    assert spendable() == 50_000 - 20_000 + 4_000
    assert till.memory.wrong() == []


def test_what_another_till_spent_meanwhile_is_reported(secret: str, tmp_path: Path) -> None:
    line = Line()
    away, here = (till_on(one, secret, tmp_path / f"{n}.db") for n, one in enumerate((line, Line())))
    away.scan("card:2000123")
    here.scan("card:2000123")
    here.add("tea", 1_000_000)
    here.pay(45_000)
    line.cut = True
    away.scan("card:2000123")
    away.add("tea", 100_000)
    away.pay(20_000)
    services.take(
        profile_id=customers_profile(),
        points_minor=45_000,
        key="by hand",
        cause=Cause.BY_HAND,
        account=Account.ADJUSTMENTS,
        at=clock.now(),
        now=clock.now(),
    )
    line.cut = False
    assert away.send() == ""
    (wrong,) = away.memory.wrong()
    assert (wrong["state"], wrong["reason"]) == ("short", "not_enough_points")


def test_a_quote_made_alone_is_the_quote_of_the_server(secret: str, tmp_path: Path) -> None:
    line = Line()
    till = till_on(line, secret, tmp_path / "till.db")
    till.scan("card:2000123")
    for price, wanted in ((12_345, 10_000), (99, 100), (33_333, 9_999), (7, 0)):
        till.add("tea", price)
        line.cut = False
        there = till.quote(wanted)
        line.cut = True
        alone = till.quote(wanted)
        assert _figures(alone) == _figures(there)


def _figures(quote: Told) -> tuple[int, ...]:
    paid = sum(line["amount_minor"] for line in quote["lines"])
    return quote["points_minor"], quote["discount_minor"], quote["pays_minor"], paid


@pytest.mark.slow
def test_the_till_on_a_server_that_is_stopped_and_started(
    secret: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def at_the_till(address: str, *typed: str) -> str:
        memory = str(tmp_path / "till.db")
        monkeypatch.setattr(sys, "argv", ["till", "--address", address, "--key", secret, "--memory", memory])
        monkeypatch.setattr(sys, "stdin", io.StringIO("\n".join([*typed, "quit"])))
        main()
        return capsys.readouterr().out

    sold = ("scan card:2000123", "add tea 1000", "pay 200", "y")
    with serving(tmp_path) as server:
        printed = at_the_till(server.address, *sold)
        assert "Anna Petrova: 500 points" in printed
        assert "Paid 800.00" in printed
        server.kill()
        printed = at_the_till(server.address, *sold, "send")
        assert "Anna Petrova: 300 points" in printed
        assert "The server is away" in printed
        assert "Paid 800.00" in printed
    assert spendable() == 50_000 - 20_000 + 4_000
    with serving(tmp_path) as server:
        printed = at_the_till(server.address, "send", "wrong", "scan id:C-1")
        assert "All is sent." in printed
        assert "Nothing." in printed
        assert "Anna Petrova: 180 points" in printed
    assert spendable() == 50_000 - 40_000 + 8_000


def a_coupon(**values: object) -> str:
    """One of Anna's own, for 10% off."""
    told = {"name": "Birthday", "kind": "codes", "takes": {"kind": "percent", "percent": 10}, **values}
    now = clock.now()
    offer_id = offers.offer_for(key="birthday", terms=Terms.model_validate(told), now=now)
    wanted = [Issue(key="birthday:anna", profile_id=customers_profile())]
    return offers.issue(offer_id=offer_id, wanted=wanted, now=now)["birthday:anna"]


def catch_up() -> None:
    """What the worker does with the log."""
    log.drain(now=clock.now())


def publish_with_a_factor() -> None:
    """From now on each spending asks for the customer's QR or a code."""
    programme = Programme(usable=AtOnce(), currency="RUB", factor_above_minor=0)
    services.publish(programme=programme, since=None, now=clock.now(), user_id=None)
    queries.forget_versions()


def state_of_coupon() -> CodeState:
    return offer_queries.coupons_by_key(["birthday:anna"])["birthday:anna"].state


def test_a_till_takes_a_coupon_together_with_points(secret: str, tmp_path: Path) -> None:
    code = a_coupon()
    till = till_on(Line(), secret, tmp_path / "till.db")
    till.scan("card:2000123")
    till.add("tea", 100_000)
    till.coupons.append(code.lower())
    till.coupons.append("NOSUCH")
    quote = till.quote(30_000)
    assert quote["pays_minor"] == 90_000 - quote["discount_minor"]
    assert [one["coupon"] for one in quote["refused_coupons"]] == ["NOSUCH"]
    receipt = till.pay(30_000)
    assert "Birthday  −100.00" in receipt
    assert "NOSUCH" not in receipt
    assert "Paid 630.00" in receipt  # 30% of what the coupon left may be paid with points
    assert paid(order_of(receipt)) == 63_000
    catch_up()
    assert state_of_coupon() is CodeState.USED
    till.give_back(order_of(receipt))
    catch_up()
    assert state_of_coupon() is CodeState.OPEN


def test_a_coupon_waits_while_the_server_is_away(secret: str, tmp_path: Path) -> None:
    code = a_coupon()
    line = Line()
    till = till_on(line, secret, tmp_path / "till.db")
    till.scan("card:2000123")
    till.send()
    till.add("tea", 100_000)
    till.coupons.append(code)
    line.cut = True
    receipt = till.pay()
    assert "Paid 1000.00" in receipt
    assert "Coupons wait until it is back." in receipt
    line.cut = False
    assert till.send() == ""
    catch_up()
    assert state_of_coupon() is CodeState.OPEN


def test_a_lost_answer_leaves_no_discount_that_was_not_given(secret: str, tmp_path: Path) -> None:
    code = a_coupon()
    line = Line()
    till = till_on(line, secret, tmp_path / "till.db")
    till.scan("card:2000123")
    till.send()
    till.add("tea", 100_000)
    till.coupons.append(code)
    line.answers_lost_from = "/offers/uses"
    receipt = till.pay()
    assert "Paid 1000.00" in receipt
    line.cut, line.answers_lost_from = False, ""
    assert till.send() == ""
    catch_up()
    assert state_of_coupon() is CodeState.RESERVED
    offers.time_out(now=clock.now() + timedelta(hours=1), limit=10)
    assert state_of_coupon() is CodeState.OPEN


def test_what_is_not_paid_is_let_go(secret: str, tmp_path: Path) -> None:
    code = a_coupon()
    till = till_on(Line(), secret, tmp_path / "till.db")
    till.scan("card:2000123")
    till.add("tea", 100_000)
    till.coupons.append(code)
    asked = []
    assert (
        till.pay(20_000, take=lambda quote: asked.append((quote["pays_minor"], spendable()))) == "Not sold."
    )
    assert asked == [(70_000, 30_000)]  # set aside before the money is asked for
    assert (spendable(), state_of_coupon()) == (50_000, CodeState.OPEN)
    assert till.memory.unsent() == []


def test_points_that_are_refused_let_the_coupon_go(secret: str, tmp_path: Path) -> None:
    code = a_coupon()
    till = till_on(Line(), secret, tmp_path / "till.db")
    till.scan("card:2000123")
    till.add("tea", 900_000)
    till.coupons.append(code)
    publish_with_a_factor()
    with pytest.raises(Refused):
        till.pay(30_000)
    assert state_of_coupon() is CodeState.OPEN


def test_what_was_set_aside_is_given_though_the_server_goes_then(secret: str, tmp_path: Path) -> None:
    code = a_coupon()
    line = Line()
    till = till_on(line, secret, tmp_path / "till.db")
    till.scan("card:2000123")
    till.send()
    till.add("tea", 100_000)
    till.coupons.append(code)
    line.answers_lost_from = "/loyalty/holds"
    receipt = till.pay(30_000)
    assert "Birthday  −100.00" in receipt
    assert "Paid 700.00" in receipt  # 200 points are what a till may take alone
    line.cut, line.answers_lost_from = False, ""
    assert till.send() == ""
    catch_up()
    assert paid(order_of(receipt)) == 70_000
    assert state_of_coupon() is CodeState.USED
