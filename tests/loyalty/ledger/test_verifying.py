"""Whatever disagrees in the books is found, said in a sentence, and nothing else is."""

from __future__ import annotations

import logging
from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from click.testing import CliRunner
from django.db import connection
from tests.console.people import person
from tests.loyalty.ledger.books import Books

from regulars.config.cli.ledger import ledger
from regulars.kit import schedules
from regulars.loyalty import queries, services
from regulars.loyalty.types import Finding, FindingKind
from regulars.loyalty.wording.findings import finding_sentence
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

NOW = datetime(2026, 3, 1, 12, tzinfo=UTC)
pytestmark = pytest.mark.django_db


def sql(statement: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # else what waits for the end is in the way
        cursor.execute(statement)


@pytest.fixture
def books() -> Books:
    """Two customers; one has 70 points, holds 10 and has spent 20 of 100, the other has 5 to come."""
    books = Books(now=NOW)
    anna, boris = books.customer("anna"), books.customer("boris")
    lot = books.lot(anna, "order:shop:1:cashback", settled_minor=10_000)
    hold = books.hold(anna, "h1", 1_000)
    spent = books.hold(anna, "h2", 3_000, spent_minor=2_000, state="captured")
    books.post(lot, "issued", "available", 10_000)
    books.post(lot, "available", "held", 1_000, hold=hold)
    books.post(lot, "available", "held", 3_000, hold=spent)
    books.post(lot, "held", "redeemed", 2_000, hold=spent)
    books.post(lot, "held", "available", 1_000, hold=spent)
    due = {"usable_since": None, "usable_at": None, "settled_minor": 300, "elsewhere_minor": 200}
    later = books.lot(boris, "order:shop:2:cashback", **due)
    books.post(later, "issued", "pending", 500)
    books.post_debt(boris, 200)
    books.lots, books.holds, books.wallets = [lot, later], [hold, spent], [anna, boris]
    return books


def found() -> list[Finding]:
    return list(queries.verify().findings)


def test_books_that_agree(books: Books) -> None:
    checked = queries.verify()
    assert (checked.postings, checked.wallets, checked.lots, checked.holds) == (7, 2, 2, 2)
    assert checked.findings == ()
    assert not checked.more


def test_no_books_at_all() -> None:
    assert queries.verify().findings == ()


TAMPERED: list[tuple[str, Callable[[Books], str], list[tuple[FindingKind, str, int, int]]]] = [
    (
        "a balance of a wallet",
        lambda b: (
            "UPDATE loyalty_wallet SET available_minor = available_minor + 7, "
            f"issued_minor = issued_minor - 7 WHERE id = {b.wallets[0]}"
        ),
        [(FindingKind.WALLET, "available", 7_007, 7_000), (FindingKind.WALLET, "issued", -10_007, -10_000)],
    ),
    (
        "a debt let off",
        lambda b: (
            "UPDATE loyalty_wallet SET debt_minor = 0, adjustments_minor = adjustments_minor - 200 "
            f"WHERE id = {b.wallets[1]}"
        ),
        [(FindingKind.WALLET, "adjustments", -200, 0), (FindingKind.WALLET, "debt", 0, -200)],
    ),
    (
        "a balance of a lot",
        lambda b: (
            "UPDATE loyalty_lot SET available_minor = available_minor - 1, expired_minor = 1, "
            f"expires_at = now() WHERE id = {b.lots[0]}"
        ),
        [(FindingKind.LOT, "available", 6_999, 7_000), (FindingKind.LOT, "expired", 1, 0)],
    ),
    (
        "a lot that got more",
        lambda b: (
            f"UPDATE loyalty_lot SET pending_minor = 600, got_minor = 600, open = true WHERE id = {b.lots[1]}"
        ),
        [(FindingKind.LOT, "got", 600, 500), (FindingKind.LOT, "pending", 600, 500)],
    ),
    (
        "spent before it was usable",
        lambda b: f"UPDATE loyalty_lot SET usable_since = NULL WHERE id = {b.lots[0]}",
        [(FindingKind.LOT_STATE, "usable_since", 0, 10_000)],
    ),
    (
        "usable, and nobody says since when it was to be",
        lambda b: f"UPDATE loyalty_lot SET usable_at = NULL WHERE id = {b.lots[0]}",
        [(FindingKind.LOT_STATE, "usable_at", 0, 10_000)],
    ),
    (
        "an open hold that says more",
        lambda b: f"UPDATE loyalty_hold SET points_minor = 1100 WHERE id = {b.holds[0]}",
        [(FindingKind.HOLD_HELD, "held", 1_100, 1_000)],
    ),
    (
        "a hold closed without letting go",
        lambda b: f"UPDATE loyalty_hold SET state = 'cancelled', closed_at = at WHERE id = {b.holds[0]}",
        [(FindingKind.HOLD_HELD, "cancelled", 0, 1_000)],
    ),
    (
        "more given back than came back",
        lambda b: f"UPDATE loyalty_hold SET given_back_minor = 300 WHERE id = {b.holds[1]}",
        [(FindingKind.HOLD_SPENT, "captured", 1_700, 2_000)],
    ),
    (
        "a hold that is gone",
        lambda b: f"DELETE FROM loyalty_hold WHERE id = {b.holds[1]}",
        [(FindingKind.NO_HOLD, "", 0, 2_000)],
    ),
    (
        "a lot that is gone",
        lambda b: f"DELETE FROM loyalty_lot WHERE id = {b.lots[1]}",
        [(FindingKind.NO_LOT, "", 0, 1), (FindingKind.EARNED, "PTS", 10_000, 10_300)],
    ),
    (
        "a lot that says it has earned more",
        lambda b: f"UPDATE loyalty_lot SET settled_minor = settled_minor + 5 WHERE id = {b.lots[0]}",
        [(FindingKind.EARNED, "PTS", 10_305, 10_300)],
    ),
    (
        "the guard switched off",
        lambda b: "ALTER TABLE loyalty_posting DISABLE TRIGGER loyalty_posting_append_only",
        [(FindingKind.GUARD, "loyalty_posting_append_only", 0, 0)],
    ),
    (
        "the trigger that keeps balances gone",
        lambda b: "DROP TRIGGER loyalty_posting_keeps_balances ON loyalty_posting",
        [(FindingKind.GUARD, "loyalty_posting_keeps_balances", 0, 0)],
    ),
]


@pytest.mark.parametrize(
    ("tamper", "expected"), [case[1:] for case in TAMPERED], ids=[case[0] for case in TAMPERED]
)
def test_whatever_was_tampered_with_is_found(
    books: Books,
    tamper: Callable[[Books], str],
    expected: list[tuple[FindingKind, str, int, int]],
) -> None:
    sql(tamper(books))
    told = [(one.kind, one.name, one.kept_minor, one.proved_minor) for one in found()]
    assert told == expected


def test_a_posting_slipped_in_beside_the_trigger_is_found_in_wallet_and_lot(books: Books) -> None:
    sql("ALTER TABLE loyalty_posting DISABLE TRIGGER loyalty_posting_keeps_balances")
    books.post(books.lots[0], "available", "expired", 50)
    sql("ALTER TABLE loyalty_posting ENABLE TRIGGER loyalty_posting_keeps_balances")
    assert [(one.kind, one.id, one.name) for one in found()] == [
        (FindingKind.WALLET, books.wallets[0], "available"),
        (FindingKind.WALLET, books.wallets[0], "expired"),
        (FindingKind.LOT, books.lots[0], "available"),
        (FindingKind.LOT, books.lots[0], "expired"),
    ]


def test_a_posting_that_was_removed_is_found(books: Books) -> None:
    sql("ALTER TABLE loyalty_posting DISABLE TRIGGER loyalty_posting_kept")
    sql(f"DELETE FROM loyalty_posting WHERE hold_id = {books.holds[0]}")
    sql("ALTER TABLE loyalty_posting ENABLE TRIGGER loyalty_posting_kept")
    assert {(one.kind, one.name) for one in found()} == {
        (FindingKind.WALLET, "available"),
        (FindingKind.WALLET, "held"),
        (FindingKind.LOT, "available"),
        (FindingKind.LOT, "held"),
        (FindingKind.HOLD_HELD, "held"),
    }


def test_points_moved_without_a_lot_or_held_without_a_hold(books: Books) -> None:
    anna, _boris = books.wallets
    books.post_loose(anna, "adjustments", "available", 300)
    books.post(books.lots[0], "available", "held", 40)
    assert {(one.kind, one.id, one.name) for one in found()} == {
        (FindingKind.LOOSE, anna, "available"),
        (FindingKind.LOOSE, anna, "without a hold"),
    }


def test_a_posting_of_nobodys_wallet(books: Books) -> None:
    sql("ALTER TABLE loyalty_posting DISABLE TRIGGER loyalty_posting_keeps_balances")
    books.post_loose(10**9, "debt", "issued", 5)
    sql("ALTER TABLE loyalty_posting ENABLE TRIGGER loyalty_posting_keeps_balances")
    assert found() == [
        Finding(kind=FindingKind.NO_WALLET, id=10**9, name="PTS", proved_minor=1),
        Finding(kind=FindingKind.EARNED, id=0, name="PTS", kept_minor=10_300, proved_minor=10_295),
    ]


def test_all_together_must_come_to_zero(books: Books) -> None:
    sql("ALTER TABLE loyalty_wallet DROP CONSTRAINT loyalty_wallet_comes_to_zero")
    sql(f"UPDATE loyalty_wallet SET available_minor = available_minor + 9 WHERE id = {books.wallets[0]}")
    assert [(one.kind, one.kept_minor) for one in found()] == [
        (FindingKind.WALLET, 7_009),
        (FindingKind.TOTAL, 9),
    ]


def test_only_so_many_are_told(books: Books) -> None:
    sql("UPDATE loyalty_wallet SET expired_minor = expired_minor + 1, issued_minor = issued_minor - 1")
    checked = queries.verify(limit_findings=3)
    assert len(checked.findings) == 3
    assert checked.more
    assert not queries.verify(limit_findings=4).more


@pytest.mark.parametrize("kind", FindingKind)
def test_every_finding_has_a_sentence(kind: FindingKind) -> None:
    told = finding_sentence(Finding(kind=kind, id=17, name="available", kept_minor=-5, proved_minor=12_345))
    assert told.endswith(".")
    assert "%(" not in told
    if kind is FindingKind.WALLET:
        assert told == "Wallet 17: the account “available” says -0.05, its postings come to 123.45."


def test_a_check_is_kept_and_raises_the_alarm(books: Books, caplog: pytest.LogCaptureFixture) -> None:
    user = person(Role.OWNER)
    with caplog.at_level(logging.ERROR):
        services.check_books(now=NOW)
        assert not caplog.records
        sql(f"UPDATE loyalty_hold SET points_minor = 1100 WHERE id = {books.holds[0]}")
        services.check_books(now=NOW, user_id=user.pk)
    (record,) = caplog.records
    assert "1 findings (hold_held)" in record.getMessage()
    newest, oldest = queries.checks()
    assert (newest.at, newest.postings, oldest.findings) == (NOW, 7, ())
    assert newest.findings == (
        Finding(
            kind=FindingKind.HOLD_HELD, id=books.holds[0], name="held", kept_minor=1_100, proved_minor=1_000
        ),
    )
    entry = AuditLogEntry.objects.get(action=Action.BOOKS_CHECKED)
    assert (entry.user_id, entry.details) == (user.pk, {"postings": 7, "findings": 1})


def test_it_is_done_every_night(books: Books) -> None:
    (schedule,) = [one for one in schedules.registered() if one.name == "loyalty.check_books"]
    assert schedule.run(NOW, schedule.limit) < schedule.limit
    assert [one.postings for one in queries.checks()] == [7]


def test_the_command_tells_and_exits_with_one(books: Books) -> None:
    told = CliRunner().invoke(ledger, ["verify"])
    assert told.exit_code == 0, told.output
    assert told.output == "postings: 7, wallets: 2, lots: 2, holds: 2\nThe books agree.\n"
    sql(f"UPDATE loyalty_hold SET points_minor = 1100 WHERE id = {books.holds[0]}")
    told = CliRunner().invoke(ledger, ["verify"])
    assert told.exit_code == 1
    assert told.stdout.splitlines()[1:] == [
        f"Hold {books.holds[0]} (held) is to hold 11.00 points, its postings hold 10.00."
    ]
    assert told.stderr == "1 thing does not agree.\n"
    sql("UPDATE loyalty_wallet SET expired_minor = expired_minor + 1, issued_minor = issued_minor - 1")
    told = CliRunner().invoke(ledger, ["verify", "--findings", "2"])
    assert (told.exit_code, len(told.stdout.splitlines())) == (1, 3)
    assert told.stderr == "There is more than what is listed here.\n"


def test_the_transaction_it_is_asked_in_goes_on_as_before(books: Books) -> None:
    names = ("statement_timeout", "work_mem", "enable_indexscan", "enable_bitmapscan")

    def set_to() -> list[str]:
        with connection.cursor() as cursor:
            cursor.execute("SELECT current_setting(name) FROM unnest(%s::text[]) AS name", [list(names)])
            return [value for (value,) in cursor.fetchall()]

    before = set_to()
    queries.verify()
    assert set_to() == before
