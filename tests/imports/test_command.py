from __future__ import annotations

import re
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.db import connection
from tests.imports.conftest import Files

from regulars.config.cli import imports as command
from regulars.imports import queries
from regulars.imports.types import State

ORDERS = """order_id,customer_id,date,product,quantity,amount
A1,C1,2026-01-05 10:00,Tea,2,500.00
A2,C2,2026-01-06 11:00,Tea,1,250.00
A3,C2,soon,Tea,1,250.00
"""

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def _here(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database is the test's, and messages are in English."""
    monkeypatch.setattr(command, "require_database", lambda: None)
    monkeypatch.setenv("LC_ALL", "C")


def _run(*arguments: str | Path, **values: str) -> Result:
    return CliRunner().invoke(command.bring_in, [str(a) for a in arguments], **values)  # type: ignore[arg-type]


def _orders() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(*) FROM commerce_order")
        return int(cursor.fetchone()[0])


def test_from_a_file_to_orders_and_back(files: Files) -> None:
    path = files.write(ORDERS)
    done = _run(path)
    assert done.exit_code == 0, done.output
    assert "Orders: 2 new" in done.output
    assert "set aside: 1" in done.output
    number = int(re.search(r"--undo (\d+)", done.output)[1])  # type: ignore[index]
    assert _orders() == 2
    again = _run(path)
    assert "2 as they were" in again.output
    assert f"{number}" in _run("--list").output
    refused = _run("--undo", str(number), input="n\n")
    assert "2 orders" in refused.output
    assert _orders() == 2
    assert _run("--undo", str(number), "--yes").exit_code == 0
    assert _orders() == 0


def test_a_dry_run_writes_nothing(files: Files) -> None:
    done = _run(files.write(ORDERS), "--dry-run")
    assert "Nothing was written" in done.output
    assert "Orders: 2 new" in done.output
    assert _orders() == 0
    assert queries.imports_page()[0].state is State.CHECKED


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["no-such-file.csv"], "cannot be opened"),
        (["FILE", "--kind", "colours"], "orders, customers"),
        (["FILE", "--map", "colour=x"], "no field colour"),
        (["FILE", "--map", "amount"], "write field=COLUMN"),
        (["FILE", "--map", "amount=total"], "total"),
        (["--undo", "999999"], "no import number"),
        ([], "Name a file"),
        (["FILE", "--list"], "Name a file"),
    ],
)
def test_what_cannot_be_done_says_why(files: Files, arguments: list[str], says: str) -> None:
    path = files.write(ORDERS)
    done = _run(*(path if a == "FILE" else a for a in arguments))
    assert done.exit_code == 2
    assert says in done.output
