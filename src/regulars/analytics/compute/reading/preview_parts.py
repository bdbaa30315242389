"""One part of a preview: its columns, what each field is read from, its first rows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal

import duckdb

from regulars.analytics.compute.reading import cells, dates, findings, guessing, heads, recognition
from regulars.analytics.compute.reading.blanks import tidy
from regulars.analytics.compute.reading.candidates import Candidates
from regulars.analytics.compute.reading.loading import Loaded
from regulars.analytics.compute.reading.names import shown
from regulars.analytics.compute.reading.plans import Plan
from regulars.analytics.compute.reading.profile import profile
from regulars.analytics.compute.reading.types import Choice, Choices, Table
from regulars.analytics.previews import (
    FIELDS,
    DateOrder,
    DatesFound,
    FileKind,
    PreviewColumn,
    PreviewField,
    PreviewPart,
    PreviewRow,
)

_ROWS = 20
_VALUES = 20
_WIDE = 100  # of a wider table fewer values are shown, and of its rows the first cells only
_VALUES_OF_WIDE = 5
_CELL = 120  # characters of a cell that a page shows
_OTHERS = 8
# Fields that several roles of the recognition stand for.
_ROLES: dict[FileKind, dict[str, tuple[str, ...]]] = {
    "orders": {
        "ordered_at": ("ordered_at", "time"),
        "amount": ("line_total", "amount", "order_total"),
        "status": ("status", "status_like", "cancelled"),
    },
    "customers": {"name": ("name", "first_name", "last_name")},
}
_DETAILS = {
    "customer_name": ("customer_name", "first_name", "last_name"),
    "email": ("email",),
    "phone": ("phone",),
    "product_id": ("product_id",),
    "product": ("product", "product_id"),
}
_ROLES_OF_KIND: dict[FileKind, recognition.Roles] = {
    "orders": recognition.ORDER_ROLES,
    "customers": recognition.CUSTOMER_ROLES,
    "products": recognition.PRODUCT_ROLES,
    "returns": recognition.RETURN_ROLES,
    "costs": recognition.COST_ROLES,
    "points": recognition.POINTS_ROLES,
}


def unread(kind: FileKind, table: Table) -> PreviewPart:
    """The columns, before it is known what is read from them."""
    candidates = _candidates(kind, table)
    return PreviewPart(
        name=table.name,
        columns=[_column(table, place) for place in range(len(table.columns))],
        fields=[_field(table, spec.name, candidates.get(spec.name, ())) for spec in FIELDS[kind]],
        first_rows=[_raw(table, at) for at in range(min(_ROWS, len(table.rows)))],
        rows=len(table.rows),
        is_whole=heads.is_whole(table),
        encoding=table.encoding,
        delimiter=table.delimiter,
    )


def find_dates(con: duckdb.DuckDBPyConnection, kind: FileKind, part: PreviewPart, item: Loaded) -> None:
    """How the dates are written, before rows are understood."""
    for field in part.fields:
        choice = item.part.choices.get(field.name)
        column = item.part.column(field.name)
        is_dated = any(spec.name == field.name and spec.dated for spec in FIELDS[kind])
        if is_dated and choice is not None and column is not None and not cells.is_moment(column):
            field.dates = _dates(con, item, choice)


def understood(
    con: duckdb.DuckDBPyConnection, kind: FileKind, table: str, part: PreviewPart, item: Loaded, plan: Plan
) -> None:
    """The first rows as they were understood, out of the `table` they were read into."""
    for field in part.fields:
        column = item.part.column(field.name)
        if field.dates is not None and field.dates.order == "open" and (how := plan.moments.get(field.name)):
            field.dates.order = _order(how.formats)
        if column is not None and field.name in plan.numbers and cells.is_text(column):
            field.decimal = plan.numbers[field.name].decimal
    part.first_rows = _rows(con, kind, table, item)
    part.reasons = dict(
        con.execute(
            f"SELECT reason, count(*) FROM {table} WHERE part = ? AND reason IS NOT NULL "  # noqa: S608
            "GROUP BY reason ORDER BY count(*) DESC, reason",
            [item.part.number],
        ).fetchall()
    )


def _column(table: Table, place: int) -> PreviewColumn:
    values = table.sample[place]
    shown_of_each = _VALUES if len(table.columns) <= _WIDE else _VALUES_OF_WIDE
    filled = sum(1 for v in values if tidy(v) is not None) / len(values) if values else 0.0
    return PreviewColumn(
        name=table.columns[place].name, values=[_cell(v) for v in values[:shown_of_each]], filled=filled
    )


def _cell(value: str) -> str:
    clean = shown(value[: 4 * _CELL])
    return clean[:_CELL]


def _candidates(kind: FileKind, table: Table) -> dict[str, list[int]]:
    """Columns by field, the likeliest first; told from the first rows."""
    by_role: dict[str, list[int]] = {}
    sets: list[tuple[recognition.Roles, dict[str, tuple[str, ...]]]] = [
        (_ROLES_OF_KIND[kind], _ROLES.get(kind, {}))
    ]
    if kind == "orders":
        sets.append((recognition.DETAIL_ROLES, _DETAILS))
    head = guessing.head_of(table)
    profiles = [profile(column) for column in head.sample]
    for roles, fields in sets:
        found = Candidates(head, roles, set(), profiles).all
        for spec in FIELDS[kind]:
            wanted = fields.get(spec.name, (spec.name,))
            by_role.setdefault(spec.name, []).extend(c.column for c in found if c.role in wanted)
    return by_role


def _field(table: Table, name: str, candidates: Sequence[int]) -> PreviewField:
    others = [table.columns[c].name for c in dict.fromkeys(candidates)]
    return PreviewField(name=name, columns=[], others=others[:_OTHERS])


def put_choices(part: PreviewPart, table: Table, choices: Choices) -> None:
    """What the fields are read from."""
    for field in part.fields:
        choice = choices.get(field.name)
        if choice is None:
            continue
        field.columns = [table.columns[c].name for c in choice.columns]
        field.others = [name for name in field.others if name not in field.columns]
        field.format = choice.format
        field.is_chosen = choice.forced


def _dates(con: duckdb.DuckDBPyConnection, item: Loaded, choice: Choice) -> DatesFound:
    """Open for now, where day and month are written as numbers: the whole column must tell."""
    table = item.part.table
    column = table.columns[choice.columns[0]]
    example = next((v for v in table.sample[choice.columns[0]] if v.strip()), "")
    forms = findings.date_forms(con, item.part.source, column) if cells.is_text(column) else []
    numeric = next((form for form in forms if form.family == "numeric"), None)
    if numeric is None:
        named = any(form.named for form in forms)
        bare = all(form.family in {"seconds", "millis", "micros", "serial"} for form in forms)
        return DatesFound(order="words" if named else "number" if bare else "ymd", example=_cell(example))
    day = replace(numeric, format="{date}")
    ways = {"dmy": dates.filled(day, "dmy"), "mdy": dates.filled(day, "mdy")}
    return DatesFound(order="open", example=_cell(example), ways=ways)


def _order(formats: Sequence[str]) -> DateOrder:
    """Which of day and month comes first in the formats that were settled on."""
    first = next((f for f in formats if "%d" in f and "%m" in f), "")
    if not first:
        return "given"
    return "dmy" if first.index("%d") < first.index("%m") else "mdy"


def _raw(table: Table, at: int) -> PreviewRow:
    return PreviewRow(row=table.rows[at], raw=_cells(table, at), values={})


def _cells(table: Table, at: int) -> list[str]:
    return [_cell(column[at]) for column in table.sample[:_WIDE]]


def _rows(con: duckdb.DuckDBPyConnection, kind: FileKind, table: str, item: Loaded) -> list[PreviewRow]:
    result = con.execute(
        f"SELECT * FROM {table} WHERE part = ? ORDER BY row LIMIT {_ROWS}",  # noqa: S608 -- our own name
        [item.part.number],
    )
    names = [column[0] for column in result.description or []]
    fields = [spec.name for spec in FIELDS[kind] if spec.name in names]
    places = {row: at for at, row in enumerate(item.part.table.rows)}
    rows = []
    for read in result.fetchall():
        values = dict(zip(names, read, strict=True))
        at = places.get(values["part_row"])
        rows.append(
            PreviewRow(
                row=values["part_row"],
                raw=[] if at is None else _cells(item.part.table, at),
                values={field: _said(values[field]) for field in fields},
                reason=values["reason"],
            )
        )
    return rows


def _said(value: object) -> str | None:
    """As a page can show it in its own way: days and moments in ISO, numbers with a point."""
    if value is None:
        return None
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, Decimal):
        text = f"{value:f}"
        return text.rstrip("0").rstrip(".") if "." in text else text
    return _cell(str(value))
