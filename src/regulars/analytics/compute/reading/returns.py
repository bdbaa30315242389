"""Reading of returns: files in, the table `backs` out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import missing, overrides, records, sql
from regulars.analytics.compute.reading.candidates import Candidates
from regulars.analytics.compute.reading.details import DetailFields
from regulars.analytics.compute.reading.loading import Loaded
from regulars.analytics.compute.reading.mapping import Mapped
from regulars.analytics.compute.reading.recognition import RETURN_ROLES
from regulars.analytics.compute.reading.shape import Shape
from regulars.analytics.compute.reading.types import Choices, Reading, ReadingOptions, Table
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Progress

_REASON = """
CASE WHEN returned_at IS NULL THEN 'bad_date' WHEN amount IS NULL THEN 'bad_amount'
     WHEN order_id IS NULL AND customer_id IS NULL THEN 'no_order_id' END
"""


def read_returns(
    con: duckdb.DuckDBPyConnection, paths: Sequence[Path], options: ReadingOptions, progress: Progress
) -> Reading:
    """Read all of `paths` into `backs` (see the package) and shut `con` off from every other file.

    `InputError` where a return's day, its amount, or both order and customer cannot be found.
    """
    return records.read(con, paths, options, progress, SHAPE)


def choose(table: Table, said: Choices) -> Mapped:
    """The fields of a part; the amount is its own column, else price × quantity."""
    found = Candidates(table, RETURN_ROLES, {c for choice in said.values() for c in choice.columns})
    choices = records.assign(found, said, overrides.RETURN_FIELDS)
    if "amount" in choices and "unit_price" in choices:
        forced = choices["unit_price"].forced and not choices["amount"].forced
        choices.pop("amount" if forced else "unit_price")
    _require(found, choices)
    ordered = {field: choices[field] for field in overrides.RETURN_FIELDS if field in choices}
    return Mapped(ordered, once=False, inherited=frozenset())


def _require(found: Candidates, choices: Choices) -> None:
    table = found.table
    if "order_id" not in choices and "customer_id" not in choices:
        raise missing.no_column(
            table, "order_id", _("No column of %(name)s says which order or customer the return belongs to.")
        )
    if "returned_at" not in choices:
        if (column := found.named_but_unfit("returned_at")) is not None:
            raise missing.unreadable_dates(table, column, "returned_at")
        raise missing.no_column(table, "returned_at", _("No column of %(name)s says when it was returned."))
    if "amount" not in choices and "unit_price" not in choices:
        if (column := found.named_but_unfit("amount", "unit_price")) is not None:
            raise missing.unreadable_amounts(table, column, "amount")
        raise missing.no_column(table, "amount", _("No column of %(name)s says how much was given back."))


def _columns(fields: DetailFields) -> dict[str, str]:
    """Some systems write what was given back with a minus, others without."""
    labels = ("return_id", "order_id", "customer_id", "product", "product_id")
    return {
        **{field: fields.label(field) for field in labels},
        "returned_at": fields.moment("returned_at"),
        "quantity": f"nullif(abs({fields.number('quantity')}), 0)",
        "amount": f"nullif(abs({fields.amount()}), 0)",
        "currency": fields.currency(),
    }


def _check(con: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]) -> None:
    if records.is_usable(con, "backs"):
        return
    part = loaded[0].part
    rows, moments, amounts = sql.row(con, "SELECT count(*), count(returned_at), count(amount) FROM backs")
    if rows and not moments:
        raise missing.unreadable_dates(part.table, part.choices["returned_at"].columns[0], "returned_at")
    if rows and not amounts:
        field = "amount" if "amount" in part.choices else "unit_price"
        raise missing.unreadable_amounts(part.table, part.choices[field].columns[0], field)
    raise InputError(
        "no_usable_rows",
        _("No row of %(name)s has an order or a customer, a date and an amount together.")
        % {"name": part.table.name},
    )


SHAPE = Shape(
    table="backs",
    roles=RETURN_ROLES,
    said=records.said_of(overrides.RETURN_FIELDS),
    moment="returned_at",
    choose=choose,
    create=partial(records.create, table="backs", columns=_columns, reason=_REASON, proof="returned_at"),
    check=_check,
)
