"""Reading of orders: files in, the table (or view) `lines` out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import cells, details, lines, mapping, missing, notes, overrides, sql
from regulars.analytics.compute.reading import shape as shapes
from regulars.analytics.compute.reading.loading import Loaded
from regulars.analytics.compute.reading.names import currency_of
from regulars.analytics.compute.reading.plans import Plan
from regulars.analytics.compute.reading.recognition import ORDER_ROLES
from regulars.analytics.compute.reading.shape import Read, Shape
from regulars.analytics.compute.reading.types import ParquetContent, Reading, ReadingOptions
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Progress
from regulars.analytics.types import Note


def read_orders(
    con: duckdb.DuckDBPyConnection, paths: Sequence[Path], options: ReadingOptions, progress: Progress
) -> Reading:
    """Read all of `paths` into `lines` and shut `con` off from every other file.

    `lines` is a view where all parts are Parquet files that were named themselves, else a table. Raises
    `InputError` where something cannot be used as orders.
    """
    shape = DETAILED if options.with_details else FIGURES
    read = shapes.read(con, paths, options, progress, shape)
    rows = _rows(con, read.loaded)
    shape.check(con, read.loaded)
    return Reading(
        parts=[shapes.source_part(item, rows[i]) for i, item in enumerate(read.loaded)],
        rows_read=sum(rows),
        mapping=read.mapping,
        currency=currency(con, read, options.currency),
        has_order_ids=read.has("order_id"),
        has_products=read.has("product") or read.has("product_id"),
        has_channels=read.has("channel"),
        notes=[*read.left_out, *notes.of_mapping(read.chosen), *_part_notes(read.loaded, read.made, rows)],
    )


def _said(given: Mapping[str, str]) -> dict[str, str]:
    return overrides.of_fields(given, overrides.ORDER_FIELDS)


def _said_with_details(given: Mapping[str, str]) -> dict[str, str]:
    return overrides.of_fields(given, (*overrides.ORDER_FIELDS, *overrides.DETAIL_FIELDS))


def _has(loaded: Sequence[Loaded], field: str) -> bool:
    return any(item.part.column(field) for item in loaded)


def _create_lines(
    con: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded], made: Sequence[Plan], timezone: str
) -> None:
    has_order_ids = _has(loaded, "order_id")
    columns = {field: [item.part.column(field) for item in loaded] for field in ("customer_id", "order_id")}
    whole = frozenset(
        f for f, found in columns.items() if all(c is not None and cells.is_whole(c) for c in found)
    )
    queries = [
        lines.part_sql(
            lines.Fields(item.part, plan, timezone, has_order_ids, whole),
            item.mapped.inherited,
            once=item.mapped.once,
        )
        for item, plan in zip(loaded, made, strict=True)
    ]
    kind = "VIEW" if all(item.is_lazy for item in loaded) else "TABLE"
    con.execute(f"CREATE {kind} lines AS {' UNION ALL '.join(queries)}")


def _create_detailed(
    con: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded], made: Sequence[Plan], timezone: str
) -> None:
    has_order_ids = _has(loaded, "order_id")
    queries = []
    for item, plan in zip(loaded, made, strict=True):
        fields = details.DetailFields(item.part, plan, timezone, has_order_ids)
        reason = details.REASON.format(has_order_ids=has_order_ids)
        queries.append(
            lines.part_sql(
                fields, item.mapped.inherited, once=item.mapped.once, more=fields.details(), last=reason
            )
        )
    con.execute(f"CREATE TABLE lines AS {' UNION ALL '.join(queries)}")


def _rows(con: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]) -> list[int]:
    """Of each part; those of Parquet are known without counting."""
    if all(isinstance(item.part.table.content, ParquetContent) for item in loaded):
        return [item.rows for item in loaded]
    counted = dict(con.execute("SELECT part, count(*) FROM lines GROUP BY part").fetchall())
    return [counted.get(item.part.number, 0) for item in loaded]


def _part_notes(loaded: Sequence[Loaded], made: Sequence[Plan], rows: Sequence[int]) -> list[Note]:
    found: list[Note] = []
    for item, plan, count in zip(loaded, made, rows, strict=True):
        ids = [(c.name, plan.ids[f]) for f in ("customer_id", "order_id") if (c := item.part.column(f))]
        found += notes.of_part(item.part.table, item.ragged, item.rows - count, ids)
    return found


def currency(con: duckdb.DuckDBPyConnection, read: Read, wanted: str | None) -> str | None:
    """The one to count in: the one wanted, else the most frequent of the lines; None where none is named."""
    if wanted:
        return currency_of(wanted) or wanted.strip().upper()
    if not read.has("currency") and not any(p.currency_of_name or p.currencies_beside for p in read.made):
        return None
    rows = con.execute(
        "SELECT currency FROM lines WHERE currency IS NOT NULL "
        "GROUP BY currency ORDER BY count(*) DESC, currency LIMIT 1"
    ).fetchall()
    return rows[0][0] if rows else None


def _require_usable_rows(con: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]) -> None:
    usable = con.execute(
        "SELECT 1 FROM lines "
        "WHERE customer_id IS NOT NULL AND ordered_at IS NOT NULL AND amount IS NOT NULL LIMIT 1"
    ).fetchall()
    if usable:
        return
    part = loaded[0].part
    rows, customers, moments, amounts = sql.row(
        con, "SELECT count(*), count(customer_id), count(ordered_at), count(amount) FROM lines"
    )
    if rows and not moments:
        raise missing.unreadable_dates(part.table, part.choices["ordered_at"].columns[0], "ordered_at")
    if rows and not amounts:
        field = "amount" if "amount" in part.choices else "unit_price"
        raise missing.unreadable_amounts(part.table, part.choices[field].columns[0], field)
    if rows and not customers:
        raise missing.blank_customers(part.table, part.choices["customer_id"].columns[0])
    raise InputError(
        "no_usable_rows",
        _("No row of %(name)s has a customer, a date and an amount together.") % {"name": part.table.name},
    )


FIGURES = Shape(
    table="lines",
    roles=ORDER_ROLES,
    said=_said,
    moment="ordered_at",
    choose=mapping.choose,
    create=_create_lines,
    check=_require_usable_rows,
)
DETAILED = replace(FIGURES, said=_said_with_details, choose=details.choose, create=_create_detailed)
"""For those who bring orders in."""
