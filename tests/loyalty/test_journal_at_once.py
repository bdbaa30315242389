"""One journal sent by several calls at once, and by a call that dies before all of it is done."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connection, connections
from tests.loyalty.journals_at_random import BACK, BRANCH, CUT_OFF, day, ends, open_books, publish, send

from regulars.customers import services as customers
from regulars.customers.types import SHOP
from regulars.loyalty import queries, services
from regulars.loyalty.models import JournalEntry
from regulars.loyalty.rules import journal as rules
from regulars.loyalty.types import Account, Cause, EntryKind, EntryState, NewEntry, Wanted

pytestmark = pytest.mark.django_db(transaction=True)
CALLS = 8


def spendings(count: int) -> list[NewEntry]:
    return [
        NewEntry(
            number=number,
            kind=EntryKind.SPEND,
            key=f"s{number}",
            at=CUT_OFF + timedelta(minutes=number),
            body={"customer": "id:C-1", "points_minor": 100},
        )
        for number in range(1, count + 1)
    ]


def customer(points_minor: int) -> int:
    key = (SHOP, "C-1")
    profile_id = customers.find_or_create_profiles(keys=[key], now=CUT_OFF)[key]
    wanted = Wanted(
        key="opening:C-1",
        profile_id=profile_id,
        points_minor=points_minor,
        at=CUT_OFF,
        earned_at=CUT_OFF,
        usable_at=CUT_OFF,
        expires_at=None,
        account=Account.ADJUSTMENTS,
        cause=Cause.OPENING,
    )
    services.settle(wanted=[wanted], when_spent="owe", now=CUT_OFF)
    return profile_id


def test_eight_calls_at_once_do_each_entry_once_and_in_turn() -> None:
    publish()
    profile_id = customer(10_000)
    entries = spendings(20)
    ready = threading.Barrier(CALLS)

    def call(number: int) -> None:
        try:
            ready.wait(20)
            mine: Sequence[NewEntry] = entries[number % 4 :: 4] if number < 4 else entries[::-1]
            stored = services.store_entries(branch_id=BRANCH, till="t", entries=mine, now=BACK)
            services.do_entries(journal_id=stored.journal_id, now=BACK, limit=100)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(CALLS) as pool:
        list(pool.map(call, range(CALLS)))
    row = queries.journal(branch_id=BRANCH, till="t")
    assert row is not None
    services.do_entries(journal_id=row.id, now=BACK, limit=100)
    found = queries.journal_entries(journal_id=row.id)
    assert [(one.number, one.state) for one in found] == [(n, EntryState.DONE) for n in range(1, 21)]
    assert queries.balance(profile_id=profile_id, at=BACK).spendable_minor == 10_000 - 2_000
    # In turn: who spent later is written down later.
    with connection.cursor() as cursor:
        cursor.execute("SELECT array_agg(key ORDER BY id) FROM loyalty_hold")
        assert cursor.fetchone()[0] == [f"{BRANCH}:s{number}" for number in range(1, 21)]
    assert queries.verify().findings == ()


def test_what_a_call_left_undone_the_worker_does() -> None:
    publish()
    one, other = day("killed", 3), day("whole", 3)
    open_books([one, other])
    send(other, other.entries, BACK)
    stored = services.store_entries(branch_id=BRANCH, till=one.name, entries=one.entries, now=BACK)
    services.do_entries(journal_id=stored.journal_id, now=BACK, limit=2)  # and then it died
    assert JournalEntry.objects.filter(state="waiting").count() == len(one.entries) - 2
    assert services.do_journals(BACK, 100) == len(one.entries) - 2
    found = ends()
    assert found["killed"] == found["whole"]
    assert services.do_journals(BACK, 100) == 0


def test_an_entry_that_breaks_something_of_ours_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    publish()
    profile_id = customer(10_000)
    broken, sound = spendings(2)
    body = {"customer": "id:C-1", "points_minor": "many"}
    broken = NewEntry(number=1, kind=broken.kind, key=broken.key, at=broken.at, body=body)
    stored = services.store_entries(branch_id=BRANCH, till="t", entries=[broken, sound], now=BACK)
    assert services.do_entries(journal_id=stored.journal_id, now=BACK, limit=100) == 2
    found = queries.journal_entries(journal_id=stored.journal_id)
    assert [one.outcome.get("reason") for one in found] == ["internal_error", None]
    assert "an entry of a till's journal broke" in caplog.text
    assert queries.balance(profile_id=profile_id, at=BACK).spendable_minor == 9_900


def test_the_same_entry_is_known_again_in_whatever_order_its_parts_came() -> None:
    (one,) = spendings(1)
    turned = NewEntry(
        number=1, kind=one.kind, key=one.key, at=one.at, body=dict(reversed(list(one.body.items())))
    )
    assert list(turned.body) != list(one.body)
    assert rules.digest(turned) == rules.digest(one)
    later = NewEntry(number=1, kind=one.kind, key=one.key, at=one.at + timedelta(1), body=one.body)
    assert rules.digest(later) != rules.digest(one)
