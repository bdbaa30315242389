"""Reading of orders: files in, the table (or view) `lines` out."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import (
    cells,
    families,
    lines,
    mapping,
    missing,
    notes,
    overrides,
    parts,
    plans,
    sources,
    sql,
)
from regulars.analytics.compute.reading.confinement import confine
from regulars.analytics.compute.reading.loading import Loaded, load, private_folder
from regulars.analytics.compute.reading.names import currency_of
from regulars.analytics.compute.reading.plans import Plan, check_timezone
from regulars.analytics.compute.reading.recognition import ORDER_ROLES
from regulars.analytics.compute.reading.types import ParquetContent, Reading, ReadingOptions
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Progress
from regulars.analytics.types import Note, SourcePart


def read_orders(
    con: duckdb.DuckDBPyConnection, paths: Sequence[Path], options: ReadingOptions, progress: Progress
) -> Reading:
    """Read all of `paths` into `lines` and shut `con` off from every other file.

    `lines` is a view where all parts are Parquet files that were named themselves, else a table. Raises
    `InputError` where something cannot be used as orders.
    """
    said = overrides.of_orders(options.mapping)
    check_timezone(con, options.timezone)
    with private_folder() as folder:
        gathered = sources.gather(paths, folder, progress)
        confine(con, [file.path for file, _family in gathered.files if file.kind == "parquet"])
        tables, refused = parts.tables(con, gathered.files, ORDER_ROLES, overrides.named(said))
        overrides.check_columns(said, tables)
        chosen, left_out = families.select(tables, lambda t: mapping.choose(t, overrides.chosen(said, t)))
        with load(con, chosen, progress) as loaded:
            progress.step(_("Understanding dates and amounts"))
            made = plans.make(con, [item.part for item in loaded], "ordered_at")
            _create_lines(con, loaded, made, options.timezone)
        rows = _rows(con, loaded)
        _require_usable_rows(con, loaded)
    left_out += notes.left_out([*gathered.left_out, *refused])
    return Reading(
        parts=[_source_part(item, rows[i]) for i, item in enumerate(loaded)],
        rows_read=sum(rows),
        mapping=chosen[0][1].shown(chosen[0][0]),
        currency=_currency(con, loaded, made, options.currency),
        has_order_ids=_has(loaded, "order_id"),
        has_products=_has(loaded, "product"),
        has_channels=_has(loaded, "channel"),
        notes=[*left_out, *notes.of_mapping(chosen), *_part_notes(loaded, made, rows)],
    )


def _has(loaded: Sequence[Loaded], field: str) -> bool:
    return any(item.part.column(field) for item in loaded)


def _source_part(item: Loaded, rows: int) -> SourcePart:
    table = item.part.table
    return SourcePart(name=table.name, rows=rows, encoding=table.encoding, delimiter=table.delimiter)


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


def _currency(
    con: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded], made: Sequence[Plan], wanted: str | None
) -> str | None:
    if wanted:
        return currency_of(wanted) or wanted.strip().upper()
    if not _has(loaded, "currency") and not any(p.currency_of_name or p.currencies_beside for p in made):
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
