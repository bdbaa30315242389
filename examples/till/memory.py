"""What the till must not forget, in one SQLite file."""

from __future__ import annotations

import json
import secrets
import sqlite3
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

PORTION = 50
"""Entries sent at a time; the server takes a hundred."""


@dataclass(frozen=True)
class Customer:
    """As far as the till knows them; `ref` names them to the server."""

    ref: str
    id: str | None
    name: str
    spendable_minor: int | None


class Memory:
    """What the till must not forget: its name, the journal, the programme, and whom it has seen."""

    def __init__(self, path: Path | str) -> None:
        self._file = sqlite3.connect(path, isolation_level=None)
        self._file.executescript(
            """
            PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;
            CREATE TABLE IF NOT EXISTS note (name TEXT PRIMARY KEY, value TEXT NOT NULL);
            CREATE TABLE IF NOT EXISTS journal (
                number INTEGER PRIMARY KEY AUTOINCREMENT, entry TEXT NOT NULL, outcome TEXT);
            """
        )
        # A new file is a new till for the server: it would take number 1 for the one it has already.
        self._file.execute(
            "INSERT OR IGNORE INTO note VALUES ('till', ?)", [f'"till-{secrets.token_hex(4)}"']
        )

    def note(self, name: str) -> Any:
        found = self._file.execute("SELECT value FROM note WHERE name = ?", [name]).fetchone()
        return json.loads(found[0]) if found else None

    def keep_note(self, name: str, value: Any) -> None:
        self._file.execute("INSERT OR REPLACE INTO note VALUES (?, ?)", [name, json.dumps(value)])

    def customer(self, ref: str) -> Customer | None:
        found = self.note(f"customer {ref}")
        return Customer(**found) if found else None

    def keep_customer(self, customer: Customer) -> None:
        self.keep_note(f"customer {customer.ref}", asdict(customer))

    def next_order(self) -> str:
        """A number of an order that no till has had."""
        count = int(self.note("orders") or 0) + 1
        self.keep_note("orders", count)
        return f"{self.note('till')}-{count}"

    def write(self, entries: Iterable[dict[str, Any]], customer: Customer | None = None) -> None:
        """Write down what was done, and what the customer has then: all of it or nothing."""
        self._file.execute("BEGIN")
        for entry in entries:
            self._file.execute("INSERT INTO journal (entry) VALUES (?)", [json.dumps(entry)])
        if customer:
            self.keep_customer(customer)
        self._file.execute("COMMIT")

    def unsent(self) -> list[dict[str, Any]]:
        rows = self._file.execute(
            "SELECT number, entry FROM journal WHERE outcome IS NULL ORDER BY number LIMIT ?", [PORTION]
        )
        return [{"number": number, **json.loads(entry)} for number, entry in rows]

    def keep_outcome(self, number: int, outcome: dict[str, Any]) -> None:
        self._file.execute("UPDATE journal SET outcome = ? WHERE number = ?", [json.dumps(outcome), number])

    def wrong(self) -> list[dict[str, Any]]:
        """What the server could not honour, or not whole."""
        rows = self._file.execute("SELECT outcome FROM journal WHERE outcome IS NOT NULL ORDER BY number")
        found = [json.loads(outcome) for (outcome,) in rows]
        return [outcome for outcome in found if outcome["state"] in {"short", "refused"}]
