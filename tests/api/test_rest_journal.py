"""The journal of a till that was cut off, over HTTP."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from tests.api.rest_calls import Caller, caller, problem, told

from regulars.api import keys, limits
from regulars.api.rest import journal, loyalty_limits
from regulars.commerce import queries as commerce
from regulars.commerce import services as trade
from regulars.commerce.types import NewBranch
from regulars.customers import services as customers
from regulars.customers.types import SHOP, IdentityType, ProfileIdentity
from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.models import JournalEntry
from regulars.loyalty.types import Programme
from regulars.loyalty.types.programme import AtOnce
from regulars.team.types import KeyKind, Scope

pytestmark = pytest.mark.django_db
TILL = "till-1-3f2a"
SCOPES = (Scope.LOYALTY_READ, Scope.LOYALTY_WRITE, Scope.ORDERS_READ, Scope.ORDERS_WRITE)


@pytest.fixture
def branch_id() -> int:
    new = NewBranch(source=SHOP, external_id="north", name="North")
    return trade.upsert_branches(branches=[new])[new.key]


@pytest.fixture
def call(branch_id: int) -> Caller:
    keys.forget()
    limits.forget()
    queries.forget_versions()
    programme = Programme(usable=AtOnce(), currency="RUB")
    services.publish(programme=programme, since=None, now=clock.now() - timedelta(days=2), user_id=None)
    return caller(KeyKind.TILL, SCOPES, branch_id)


def moment(minutes: int) -> str:
    """Of yesterday, when the till was cut off."""
    return (clock.now().replace(microsecond=0) - timedelta(days=1) + timedelta(minutes=minutes)).isoformat()


def order(number: int, order_id: str, amount_minor: int, **more: Any) -> dict[str, Any]:
    body = {
        "customer_id": "C-1",
        "ordered_at": moment(number),
        "currency": "RUB",
        "lines": [{"product_id": "TEA", "quantity": 1.5, "amount_minor": amount_minor}],
    }
    body |= more
    return entry(number, "order", order_id=order_id, body=body)


def entry(number: int, kind: str, **more: Any) -> dict[str, Any]:
    return {"number": number, "key": f"k{number}", "at": moment(number), "kind": kind, **more}


def send(call: Caller, *entries: dict[str, Any], **more: Any) -> Any:
    answer = call("POST", "/loyalty/journal", {"till": TILL, "entries": list(entries), **more})
    assert answer.status_code == 200, answer.content
    assert queries.verify().findings == ()
    return told(answer)


def outcomes(journal: Any) -> list[tuple[int, str, str | None]]:
    return [(one["number"], one["state"], one["reason"]) for one in journal["entries"]]


def test_what_an_order_earned_is_spent_by_the_next_entry(call: Caller, branch_id: int) -> None:
    spent = entry(2, "spend", customer="id:C-1", points_minor=5_000, order_id="T-2")
    found = send(call, spent, order(1, "T-1", 200_000), order(3, "T-2", 95_000))
    assert outcomes(found) == [(1, "done", None), (2, "done", None), (3, "done", None)]
    assert (found["next_number"], found["waiting"]) == (4, 0)
    stored = commerce.order(SHOP, "T-1")
    assert stored is not None
    assert (stored.branch_id, stored.amount_minor, str(stored.lines[0].quantity)) == (
        branch_id,
        200_000,
        "1.5",
    )
    assert stored.profile_id is not None
    # 5 % of 2,000 and of 950, less the 50 that were spent.
    balance = queries.balance(profile_id=stored.profile_id, at=clock.now())
    assert balance.spendable_minor == 10_000 - 5_000 + 4_700


def test_a_return_takes_back_what_was_earned_and_gives_back_what_was_spent(call: Caller) -> None:
    found = send(
        call,
        order(1, "T-1", 200_000),
        entry(2, "spend", customer="id:C-1", points_minor=5_000, order_id="T-2"),
        order(3, "T-2", 95_000),
        entry(4, "return", return_id="R-1", body={"order_id": "T-2", "returned_at": moment(4)}),
    )
    assert [state for _, state, _ in outcomes(found)] == ["done"] * 4
    stored = commerce.order(SHOP, "T-2")
    assert stored is not None
    assert stored.returned_minor == 95_000
    assert stored.profile_id is not None
    assert queries.balance(profile_id=stored.profile_id, at=clock.now()).spendable_minor == 10_000


def test_a_part_of_a_journal_waits_and_is_looked_up_later(call: Caller) -> None:
    found = send(call, order(2, "T-2", 100_000))
    assert (outcomes(found), found["waiting"]) == ([(2, "waiting", None)], 1)
    assert commerce.order(SHOP, "T-2") is None
    send(call, order(1, "T-1", 100_000))
    found = told(call("GET", f"/loyalty/journal?till={TILL}&limit=1"))
    assert outcomes(found) == [(1, "done", None)]
    rest = told(call("GET", f"/loyalty/journal?till={TILL}&after={found['next']}"))
    assert (outcomes(rest), rest["next"]) == ([(2, "done", None)], None)
    assert outcomes(told(call("GET", f"/loyalty/journal?till={TILL}&state=refused"))) == []
    assert told(call("GET", "/loyalty/journal?till=another"))["next_number"] == 1


def test_an_order_that_is_not_as_it_should_be_stops_no_other(call: Caller) -> None:
    wrong = entry(1, "order", order_id="T-1", body={"lines": [], "phone": "+7 916 123-45-67"})
    found = send(call, wrong, order(2, "T-2", 100_000))
    assert outcomes(found) == [(1, "refused", "invalid"), (2, "done", None)]
    assert found["entries"][0]["detail"] == "ordered_at: field required (3 more below)."
    assert "916" not in str(JournalEntry.objects.get(number=1).body)


def test_an_order_told_live_before_the_answer_was_lost_is_done(call: Caller) -> None:
    late = order(1, "T-1", 100_000)
    assert call("PUT", "/orders/T-1", late["body"]).status_code == 201
    assert outcomes(send(call, late)) == [(1, "done", None)]


def test_an_order_of_which_a_newer_state_is_stored_stays_as_it_is(call: Caller) -> None:
    late = order(1, "T-1", 100_000)
    newer = order(2, "T-1", 50_000)["body"]
    assert call("PUT", "/orders/T-1", newer).status_code == 201
    assert outcomes(send(call, late)) == [(1, "done", "stale")]
    stored = commerce.order(SHOP, "T-1")
    assert stored is not None
    assert stored.amount_minor == 50_000


def test_an_order_of_another_branch_is_refused(call: Caller) -> None:
    server = caller()
    body = order(1, "T-1", 100_000)["body"]
    assert server("PUT", "/orders/T-1", body | {"branch_id": "south"}).status_code == 201
    assert outcomes(send(call, order(1, "T-1", 100_000))) == [(1, "refused", "not_your_branch")]


def test_a_card_is_kept_as_whose_it_is(call: Caller) -> None:
    key = (SHOP, "C-1")
    profile_id = customers.find_or_create_profiles(keys=[key], now=clock.now())[key]
    card = ProfileIdentity(profile_id, IdentityType.CARD, "2000123")
    customers.add_identities(identities=[card], now=clock.now())
    found = send(
        call,
        order(1, "T-1", 200_000),
        entry(2, "spend", customer="card:2000123", points_minor=5_000),
        entry(3, "spend", customer="card:9999999", points_minor=5_000),
    )
    assert outcomes(found) == [
        (1, "done", None),
        (2, "done", None),
        (3, "refused", "unknown_customer"),
    ]
    rows = JournalEntry.objects.order_by("number")
    assert [row.profile_id for row in rows] == [profile_id, profile_id, None]
    kept = str([row.body for row in rows])
    assert not any(secret in kept for secret in ("C-1", "2000123", "9999999"))


def test_an_order_names_its_customer_as_the_quote_did(call: Caller) -> None:
    key = (SHOP, "C-1")
    profile_id = customers.find_or_create_profiles(keys=[key], now=clock.now())[key]
    for type_, value in ((IdentityType.CARD, "2000123"), (IdentityType.PHONE, "+79161234567")):
        customers.add_identities(identities=[ProfileIdentity(profile_id, type_, value)], now=clock.now())
    nobody = {"customer_id": None}
    found = send(
        call,
        order(1, "T-1", 100_000, **nobody, customer="card:2000123"),
        order(2, "T-2", 100_000, **nobody, customer="phone:+7 916 123-45-67"),
        order(3, "T-3", 100_000, **nobody, customer="phone:+79160000000"),
        order(4, "T-4", 100_000, customer="card:2000123"),
    )
    assert outcomes(found) == [
        (1, "done", None),
        (2, "done", None),
        (3, "done", "unknown_customer"),
        (4, "refused", "invalid"),
    ]
    sold = [commerce.order(SHOP, number) for number in ("T-1", "T-2", "T-3")]
    assert [one and one.profile_id for one in sold] == [profile_id, profile_id, None]
    assert queries.balance(profile_id=profile_id, at=clock.now()).spendable_minor == 10_000
    kept = str([row.body for row in JournalEntry.objects.all()])
    assert not any(secret in kept for secret in ("2000123", "9161234567", "9160000000"))


def test_a_server_says_of_which_branch_the_till_is(call: Caller, branch_id: int) -> None:
    server = caller()
    assert problem(server("POST", "/loyalty/journal", {"till": TILL})) == (409, "refused")
    assert problem(server("GET", f"/loyalty/journal?till={TILL}")) == (409, "refused")
    spent = entry(1, "spend", customer="id:C-1", points_minor=5_000)
    found = send(server, spent, branch_id="north")
    assert outcomes(found) == [(1, "refused", "unknown_customer")]
    assert outcomes(told(call("GET", f"/loyalty/journal?till={TILL}"))) == outcomes(found)
    assert outcomes(told(server("GET", f"/loyalty/journal?till={TILL}&branch_id=north"))) == outcomes(found)
    assert told(server("GET", f"/loyalty/journal?till={TILL}&branch_id=nowhere"))["entries"] == []


def test_a_key_that_may_not_tell_of_orders_tells_of_none_in_a_journal(branch_id: int, call: Caller) -> None:
    only_points = caller(KeyKind.TILL, [Scope.LOYALTY_WRITE], branch_id)
    answer = only_points("POST", "/loyalty/journal", {"till": TILL, "entries": [order(1, "T-1", 1)]})
    assert problem(answer) == (403, "not_allowed")
    assert not JournalEntry.objects.exists()


def test_an_entry_is_the_same_again_whoever_has_the_card_by_then(call: Caller) -> None:
    spent = entry(1, "spend", customer="card:2000123", points_minor=5_000)
    sold = order(2, "T-1", 100_000, customer_id=None, customer="card:2000123")
    first = send(call, spent, sold)
    assert outcomes(first) == [(1, "refused", "unknown_customer"), (2, "done", "unknown_customer")]
    profile_id = customers.find_or_create_profiles(keys=[(SHOP, "C-1")], now=clock.now())[SHOP, "C-1"]
    card = ProfileIdentity(profile_id, IdentityType.CARD, "2000123")
    customers.add_identities(identities=[card], now=clock.now())
    assert send(call, spent, sold) == first
    other = send(call, spent | {"customer": "card:2000124"})
    assert outcomes(other) == [(1, "refused", "unknown_customer"), (1, "refused", "number_taken")]


def test_a_till_that_asks_for_too_many_by_phone_gets_on_all_the_same(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(loyalty_limits, "UNKNOWN_MAX", 2)
    loyalty_limits.forget()
    sold = [
        order(number, f"T-{number}", 100, customer_id=None, customer=f"phone:+7916000000{number}")
        for number in range(1, 6)
    ]
    body = {"till": TILL, "entries": sold[::-1], "complete_to": 5}
    for stored in (2, 4):
        refused = call("POST", "/loyalty/journal", body)
        assert problem(refused) == (429, "locked_out")
        assert int(refused["Retry-After"]) > 0
        assert f"number {stored + 1}" in told(refused)["detail"]
        assert told(call("GET", f"/loyalty/journal?till={TILL}"))["next_number"] == stored + 1
        loyalty_limits.forget()  # as after ten minutes
    found = send(call, *sold)
    assert outcomes(found) == [(number, "done", "unknown_customer") for number in range(1, 6)]


def test_a_till_has_its_answer_before_it_gives_up_waiting(
    call: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal, "DONE_SECONDS", 0.0)
    sold = [order(number, f"T-{number}", 100) for number in (1, 2, 3)]
    states = [[one["state"] for one in send(call, *sold)["entries"]] for _ in sold]
    assert states == [["done", "waiting", "waiting"], ["done", "done", "waiting"], ["done"] * 3]


@pytest.mark.django_db(transaction=True)
def test_an_entry_that_waits_for_somebody_else_too_long_is_stored_and_done_later(call: Caller) -> None:
    send(call, order(1, "T-1", 200_000))
    spent = entry(2, "spend", customer="id:C-1", points_minor=5_000)
    with connection.cursor() as cursor:
        cursor.execute("SET statement_timeout = '200ms'")
        other = connection.copy()
        try:
            other.set_autocommit(False)
            other.cursor().execute("SELECT FROM loyalty_wallet FOR UPDATE")
            with CaptureQueriesContext(connection) as asked:
                held_up = send(call, spent)
        finally:
            other.close()
            cursor.execute("RESET statement_timeout")
    assert outcomes(held_up) == [(2, "waiting", None)]
    assert sum("complete_to FROM loyalty_journal " in query["sql"] for query in asked) == 1  # begun once
    assert outcomes(send(call, spent)) == [(2, "done", None)]
