"""Storing and taking back rows that a key names and that only have a few values: products, branches, costs.

Each row counts its changes in `revision`, by which undoing sees whether it was changed since.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection
from psycopg import sql

from regulars.commerce.types import Kept, Undone

Row = tuple[Any, ...]
"""The values of a row, or of its key, in the order of the table's columns."""


@dataclass(frozen=True)
class Table:
    """Which columns are the key and which the values, each with its type.

    `in_use` are conditions on the row `t` under which something points to it.
    """

    name: str
    key: Mapping[str, str]
    values: Mapping[str, str]
    in_use: tuple[str, ...] = ()


@dataclass(frozen=True)
class Stored:
    """A row as it stands."""

    id: int
    values: Row
    revision: int


@dataclass
class Written:
    """What recording a batch did: ids of all rows, and of those written the state before and after."""

    ids: dict[Row, int] = field(default_factory=dict)
    created: list[Row] = field(default_factory=list)
    before: dict[Row, Row] = field(default_factory=dict)
    revisions: dict[Row, int] = field(default_factory=dict)


@dataclass
class TakenBack:
    """What undoing a batch did."""

    removed: dict[Row, Stored] = field(default_factory=dict)
    restored: dict[Row, Stored] = field(default_factory=dict)
    kept: dict[Row, Kept] = field(default_factory=dict)

    def undone(self) -> Undone[Any]:
        return Undone(len(self.removed), len(self.restored), self.kept)


Merged = Callable[[Row, Row | None, Row], Row]
"""What a row becomes: (its key, the values stored or None, the values told)."""


def told_last(key: Row, stored: Row | None, told: Row) -> Row:
    """What was told last holds."""
    return told


def record(table: Table, rows: Mapping[Row, Row], merged: Merged = told_last) -> Written:
    """Store rows by their keys.

    New rows are inserted in the order of their keys, changed ones locked in that of their ids, the one
    always before the other: so two batches that overlap never wait for each other in a circle.
    """
    done = Written()
    if not rows:
        return done
    stored = read(table, rows)
    missing = [key for key in rows if key not in stored]
    if missing:
        created = _insert(table, [(*key, *merged(key, None, rows[key])) for key in missing])
        done.ids |= created
        done.created += created
        done.revisions |= dict.fromkeys(created, 1)
        # What another batch stored while we looked: it is there now.
        stored |= read(table, [key for key in missing if key not in created])
    differing = [key for key, row in stored.items() if merged(key, row.values, rows[key]) != row.values]
    if differing:
        _change(table, rows, merged, lock(table, differing), done)
    done.ids |= {key: row.id for key, row in stored.items()}
    return done


def _change(
    table: Table,
    rows: Mapping[Row, Row],
    merged: Merged,
    locked: Mapping[Row, Stored],
    done: Written,
) -> None:
    changed = {key: merged(key, row.values, rows[key]) for key, row in locked.items()}
    changed = {key: values for key, values in changed.items() if values != locked[key].values}
    update(table, [(locked[key].id, locked[key].revision + 1, *changed[key]) for key in changed])
    done.before |= {key: locked[key].values for key in changed}
    done.revisions |= {key: locked[key].revision + 1 for key in changed}


def take_back(table: Table, revisions: Mapping[Row, int], befores: Mapping[Any, Row | None]) -> TakenBack:
    """Undo changes of rows that nobody changed since.

    By key: the revision after the change, and the values before it (None: it was created).
    """
    done = TakenBack()
    stored = lock(table, revisions)
    for key, revision in revisions.items():
        row, before = stored.get(key), befores[key]
        if row is None:
            if before is not None:
                done.kept[key] = Kept.GONE
        elif row.revision != revision:
            done.kept[key] = Kept.CHANGED_SINCE
        elif before is None:
            done.removed[key] = row
        else:
            done.restored[key] = row
    _remove(table, done)
    # The revision goes back as well, so that what was done before this can be undone in its turn.
    update(table, [(row.id, row.revision - 1, *(befores[key] or ())) for key, row in done.restored.items()])
    return done


def _remove(table: Table, done: TakenBack) -> None:
    if not done.removed:
        return
    used = sql.SQL(" AND ").join(sql.SQL("NOT EXISTS ({})").format(sql.SQL(test)) for test in table.in_use)
    statement = sql.SQL("DELETE FROM {} AS t WHERE id = ANY(%s){} RETURNING id").format(
        sql.Identifier(table.name), sql.SQL(" AND {}").format(used) if table.in_use else sql.SQL("")
    )
    gone = {id_ for (id_,) in _fetch(statement, [[row.id for row in done.removed.values()]])}
    for key in [key for key, row in done.removed.items() if row.id not in gone]:
        del done.removed[key]
        done.kept[key] = Kept.IN_USE


def read(table: Table, keys: Iterable[Row]) -> dict[Row, Stored]:
    """The stored rows among these."""
    return _read(table, keys, sql.SQL(""))


def lock(table: Table, keys: Iterable[Row]) -> dict[Row, Stored]:
    """The same, locked until the end of the transaction in the order of their ids."""
    return _read(table, keys, sql.SQL("ORDER BY t.id FOR NO KEY UPDATE OF t"))


def _read(table: Table, keys: Iterable[Row], ending: sql.SQL) -> dict[Row, Stored]:
    wanted = list(keys)
    if not wanted:
        return {}
    statement = sql.SQL(
        "SELECT t.id, t.revision, {} FROM {} AS t JOIN unnest({}) AS k({}) USING ({}) {}"
    ).format(
        _names("t", [*table.key, *table.values]),
        sql.Identifier(table.name),
        _arrays(table.key.values()),
        _names(None, table.key),
        _names(None, table.key),
        ending,
    )
    size = len(table.key)
    return {
        tuple(row[:size]): Stored(id_, tuple(row[size:]), revision)
        for id_, revision, *row in _fetch(statement, _columns(wanted))
    }


def _insert(table: Table, rows: Sequence[Row]) -> dict[Row, int]:
    columns = table.key | table.values  # type: ignore[operator]
    statement = sql.SQL(
        "INSERT INTO {} ({}) SELECT * FROM unnest({}) AS t({}) ORDER BY {}"
        " ON CONFLICT ({}) DO NOTHING RETURNING id, {}"
    ).format(
        sql.Identifier(table.name),
        _names(None, columns),
        _arrays(columns.values()),
        _names(None, columns),
        _names(None, table.key),
        _names(None, table.key),
        _names(None, table.key),
    )
    return {tuple(key): id_ for id_, *key in _fetch(statement, _columns(rows))}


def update(table: Table, rows: Sequence[Row]) -> None:
    """Overwrite locked rows: (id, revision, values…)."""
    if not rows:
        return
    columns = {"revision": "integer"} | dict(table.values)
    statement = sql.SQL("UPDATE {} AS t SET {} FROM unnest({}) AS n({}) WHERE t.id = n.id").format(
        sql.Identifier(table.name),
        sql.SQL(", ").join(
            sql.SQL("{} = n.{}").format(sql.Identifier(name), sql.Identifier(name)) for name in columns
        ),
        _arrays(["bigint", *columns.values()]),
        _names(None, ["id", *columns]),
    )
    with connection.cursor() as cursor:
        cursor.execute(statement, _columns(rows))


def _names(table: str | None, names: Iterable[str]) -> sql.Composed:
    parts = [sql.Identifier(table, name) if table else sql.Identifier(name) for name in names]
    return sql.SQL(", ").join(parts)


def _arrays(types: Iterable[str]) -> sql.Composed:
    return sql.SQL(", ").join(sql.SQL("%s::{}[]").format(sql.SQL(type_)) for type_ in types)


def _columns(rows: Sequence[Row]) -> list[list[Any]]:
    return [list(column) for column in zip(*rows, strict=True)]


def _fetch(statement: sql.Composed, values: Sequence[Any]) -> list[Row]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
