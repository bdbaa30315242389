"""Open transactions: who waits for them, who does not, and what is said of them."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator
from typing import Any

import psycopg
import pytest
from django.db import connection, transaction
from tests.events.reading import NOW, beat, drained, rows, settled
from tests.events.test_consuming import Kept

from regulars.events import queries, registry, services
from regulars.events.queries.horizon import horizon
from regulars.events.queries.open import statement_told
from regulars.events.types import Consumer, Doing
from regulars.events.wires import open_wire

pytestmark = pytest.mark.django_db(transaction=True)
PROMISE = """
SELECT pg_advisory_xact_lock_shared(4, (x - CASE WHEN x >= 2147483648 THEN 4294967296 ELSE 0 END)::int)
FROM (SELECT (pg_current_xact_id()::text::numeric % 4294967296)::bigint AS x) AS mine
"""


@contextlib.contextmanager
def open_one(statement: str = "SELECT pg_current_xact_id()") -> Iterator[psycopg.Connection[Any]]:
    """Somebody's transaction, open for as long as the block."""
    with open_wire() as wire:
        wire.execute("SET application_name = 'a test that waits'")
        with wire.transaction():
            wire.execute(statement)
            yield wire


def test_an_open_transaction_holds_back_what_came_after_it_and_no_more() -> None:
    kept = Kept()
    with registry.only_consumers(Consumer("test.drums", kept)):
        beat([1], "before")
        settled()
        with open_one():
            beat([2], "after")
            assert services.drain(now=NOW) == 1
            assert kept.keys == ["before0"]
            (state,) = queries.consumers_state()
            assert (state.behind, state.oldest_waiting_at) == (1, NOW)
            oldest = queries.oldest_transaction()
            assert oldest is not None
        assert drained() == 1
    assert kept.keys == ["before0", "after0"]


def test_one_that_only_reads_holds_nobody_back() -> None:
    settled()
    with registry.only_consumers(Consumer("test.drums", Kept())), open_one("SELECT count(*) FROM events"):
        beat([1], "a")
        assert drained() == 1


def test_one_that_promised_only_backfill_holds_back_those_alone_who_read_that() -> None:
    fresh, everything = Kept(), Kept()
    with registry.only_consumers(
        Consumer("test.fresh", fresh), Consumer("test.everything", everything, backfill=True)
    ):
        settled()
        with open_one(PROMISE):
            beat([1], "a")
            assert services.drain(now=NOW) == 1
            edge = horizon()
            assert edge.everything < edge.fresh <= edge.next
        assert drained() == 1
    assert fresh.keys == everything.keys == ["a0"]


def test_the_promise_is_what_services_give_and_it_is_kept() -> None:
    kept = Kept()
    with registry.only_consumers(Consumer("test.fresh", kept)):
        settled()
        with open_wire() as other, transaction.atomic(), services.only_backfill():
            beat([1], "old", backfill=True)
            with pytest.raises(RuntimeError, match="nothing but backfill"):
                beat([1], "new")
            theirs = other.execute("SELECT pg_backend_pid()").fetchone()
            with connection.cursor() as cursor:
                cursor.execute(
                    "SELECT classid, objid::bigint = pg_current_xact_id()::text::numeric % 4294967296"
                    " FROM pg_locks WHERE locktype = 'advisory' AND pid = pg_backend_pid()"
                )
                assert cursor.fetchall() == [(4, True)]
            assert theirs is not None
        beat([1], "new")
        assert drained() == 1
    assert kept.keys == ["new0"]


def test_the_promise_belongs_to_a_transaction() -> None:
    with pytest.raises(RuntimeError, match="transaction"), services.only_backfill():
        pass


def test_ids_of_transactions_above_two_and_four_thousand_million_are_named_rightly() -> None:
    """The lower half of an id as PostgreSQL takes it for a lock, and as it shows it."""
    with open_wire() as wire:
        for xid in (5, 2**31 - 1, 2**31, 2**32 - 1, 2**32, 2**33 + 7):
            with wire.transaction():
                wire.execute(PROMISE.replace("pg_current_xact_id()::text", f"{xid}::text"))
                found = wire.execute(
                    "SELECT objid = (%s::numeric %% 4294967296)::bigint::oid FROM pg_locks"
                    " WHERE locktype = 'advisory' AND pid = pg_backend_pid()",
                    [xid],
                ).fetchall()
            assert found == [(True,)], xid


# --- what is said of the oldest ---------------------------------------------------------------------------


def test_the_oldest_transaction_is_named_without_its_values() -> None:
    settled()
    with open_one("INSERT INTO event_names VALUES ('Anna Petrova', now())") as wire:
        pid = wire.info.backend_pid
        found = queries.oldest_transaction()
        assert found is not None
        if found.pid == pid:  # nobody beside us was before it
            assert found.application == "a test that waits"
            assert found.doing is Doing.IDLE
            assert found.statement == "INSERT event_names"
            assert found.is_ours
            assert found.since is not None
            assert found.database == rows("SELECT current_database()::text")[0][0]
        assert "Anna" not in repr(found)


@pytest.mark.parametrize(
    ("query", "told"),
    [
        ("INSERT INTO commerce_order (a) VALUES ('x')", "INSERT commerce_order"),
        ("  update only customers_profile SET name = 'Anna'", "UPDATE customers_profile"),
        ("WITH a AS (SELECT 'Anna') DELETE FROM event_keys USING a", "DELETE event_keys"),
        ('COPY "figures" FROM STDIN', "COPY figures"),
        ("SELECT 'Anna' FROM a FOR UPDATE OF a", "SELECT"),
        ("WITH a AS (SELECT 'update anna') SELECT * FROM a", "SELECT"),
        ("UPDATE a SET b = 'it''s' WHERE c = 'delete from anna'", "UPDATE a"),
        ("COMMIT", ""),
        ("", ""),
    ],
)
def test_a_statement_is_told_as_a_verb_and_a_table(query: str, told: str) -> None:
    assert statement_told(query) == told
