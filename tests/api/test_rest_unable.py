"""A database that cannot just now: the answer says so, nothing is half done, and the same goes well later."""

from __future__ import annotations

import contextlib
import threading
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from tests.api.ingest.calling import call, server_key, track
from tests.api.rest_calls import Caller, caller, problem, told

from regulars.api import keys, limits
from regulars.api.rest import idempotency
from regulars.commerce import queries as commerce
from regulars.commerce import services as trade
from regulars.commerce.types import NewBranch
from regulars.customers import services as customers
from regulars.customers.types import SHOP
from regulars.kit import clock, sql
from regulars.loyalty import queries, services
from regulars.loyalty.services import journal as doing
from regulars.loyalty.types import EntryKind, NewEntry, Programme, Wanted
from regulars.loyalty.types.programme import AtOnce
from regulars.team.types import KeyKind, Scope

SCOPES = (Scope.LOYALTY_READ, Scope.LOYALTY_WRITE, Scope.ORDERS_WRITE)
UNABLE = (503, "unavailable")


@pytest.fixture
def till(db: None) -> Caller:
    """A till, and Anna with 1,200 points."""
    keys.forget()
    limits.forget()
    queries.forget_versions()
    now = clock.now()
    since = now - timedelta(days=2)
    services.publish(
        programme=Programme(usable=AtOnce(), currency="RUB"), since=since, now=since, user_id=None
    )
    anna = customers.find_or_create_profiles(keys=[(SHOP, "C-1")], now=now)[SHOP, "C-1"]
    earned = Wanted(
        key="opening:1",
        profile_id=anna,
        points_minor=120_000,
        at=since,
        earned_at=since,
        usable_at=since,
        expires_at=None,
    )
    services.settle(wanted=[earned], when_spent="owe", now=since)
    new = NewBranch(source=SHOP, external_id="north", name="North")
    return caller(KeyKind.TILL, SCOPES, trade.upsert_branches(branches=[new])[new.key])


def hold(till: Caller) -> Any:
    wish = {"key": "k1", "customer": "id:C-1", "points_minor": 20_000, "amount_minor": 149_000}
    return till("POST", "/loyalty/holds", wish | {"currency": "RUB"})


def order() -> dict[str, Any]:
    lines = [{"product_id": "TEA", "quantity": 1, "amount_minor": 100_000}]
    return {"customer": "id:C-1", "ordered_at": clock.now().isoformat(), "currency": "RUB", "lines": lines}


def journal(till: Caller, name: str = "till-1", **entry: Any) -> Any:
    told = {"number": 1, "key": f"{name}/1", "at": clock.now().isoformat(), "order_id": "T-1", **entry}
    return lambda: till("POST", "/loyalty/journal", {"till": name, "entries": [told]})


def states(answer: Any) -> list[str]:
    return [one["state"] for one in told(answer)["entries"]]


@contextlib.contextmanager
def elsewhere(statement: str) -> Iterator[None]:
    """Within the block somebody else has done this in a transaction that stays open."""
    open_, over = threading.Event(), threading.Event()

    def hold_on() -> None:
        try:
            with transaction.atomic():
                sql.run(statement)
                open_.set()
                over.wait(60)
        finally:
            connection.close()

    other = threading.Thread(target=hold_on)
    other.start()
    try:
        assert open_.wait(60)
        yield
    finally:
        over.set()
        other.join()


def test_a_database_that_only_reads(till: Caller, caplog: pytest.LogCaptureFixture) -> None:
    event, secret = track("Table Booked"), server_key()
    with transaction.atomic():
        sql.run("SET LOCAL transaction_read_only = on")
        assert problem(hold(till)) == UNABLE
        assert problem(till("PUT", "/orders/T-1", order())) == UNABLE
        assert problem(journal(till, kind="order", body=order())()) == UNABLE
        assert call("track", event, key=secret).status == 503
        transaction.set_rollback(True)
    assert {record.levelname for record in caplog.records} == {"WARNING"}
    assert told(hold(till))["state"] == "held"
    assert call("track", event, key=secret).status == 200


@pytest.mark.django_db(transaction=True)
def test_an_order_of_a_journal_that_took_too_long_is_not_refused_for_ever(till: Caller) -> None:
    send = journal(till, kind="order", body=order())
    with elsewhere("LOCK TABLE commerce_orderline IN EXCLUSIVE MODE"):
        sql.run("SET statement_timeout = '200ms'")
        try:
            assert states(send()) == ["waiting"]
            assert problem(till("PUT", "/orders/T-2", order())) == UNABLE
        finally:
            sql.run("RESET statement_timeout")
    assert commerce.order(SHOP, "T-1") is None
    assert states(send()) == ["done"]
    assert commerce.order(SHOP, "T-1") is not None


@pytest.mark.django_db(transaction=True)
def test_who_is_in_the_way_of_one_customer_is_not_waited_for_long(
    till: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"/loyalty/holds/{told(hold(till))['id']}/capture"
    monkeypatch.setattr(idempotency, "_PATIENCE", idempotency._PATIENCE.replace("5s", "100ms"))
    with elsewhere("SELECT id FROM loyalty_wallet FOR UPDATE"):
        sql.run("SET statement_timeout = '10s'")
        try:
            began = clock.now()
            assert problem(till("POST", path, {"order_id": "T-1"})) == UNABLE
            assert clock.now() - began < timedelta(seconds=5)
        finally:
            sql.run("RESET statement_timeout")
    assert told(till("POST", path, {"order_id": "T-1"}))["state"] == "captured"
    assert told(till("POST", path, {"order_id": "T-1"}))["spent_minor"] == 20_000
    assert queries.verify().findings == ()


@pytest.mark.django_db(transaction=True)
def test_who_is_in_the_way_of_one_entry_holds_up_no_other_till(
    till: Caller, monkeypatch: pytest.MonkeyPatch
) -> None:
    send = journal(till, kind="spend", customer="id:C-1", points_minor=1_000)
    now = clock.now()
    other = NewEntry(number=1, kind=EntryKind.CANCEL, key="c", at=now, body={"hold": "none"})
    monkeypatch.setattr(doing, "_PATIENCE", doing._PATIENCE.replace("5s", "100ms"))
    with elsewhere("SELECT id FROM loyalty_wallet FOR UPDATE"):
        sql.run("SET statement_timeout = '10s'")
        try:
            assert states(send()) == ["waiting"]
            services.store_entries(branch_id=1, till="till-2", entries=[other], now=now)
            assert services.do_journals(now, 100) == 1
            assert clock.now() - now < timedelta(seconds=5)
        finally:
            sql.run("RESET statement_timeout")
    assert services.do_journals(now, 100) == 1
    assert states(send()) == ["done"]
