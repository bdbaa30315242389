"""Reading of products: files in, the table `goods` out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import missing, overrides, records
from regulars.analytics.compute.reading.candidates import Candidates
from regulars.analytics.compute.reading.details import DetailFields
from regulars.analytics.compute.reading.loading import Loaded
from regulars.analytics.compute.reading.mapping import Mapped
from regulars.analytics.compute.reading.recognition import PRODUCT_ROLES
from regulars.analytics.compute.reading.shape import Shape
from regulars.analytics.compute.reading.types import Choices, Reading, ReadingOptions, Table
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Progress


def read_products(
    con: duckdb.DuckDBPyConnection, paths: Sequence[Path], options: ReadingOptions, progress: Progress
) -> Reading:
    """Read all of `paths` into `goods` (see the package) and shut `con` off from every other file.

    `InputError` where there is neither a code nor a name.
    """
    return records.read(con, paths, options, progress, SHAPE)


def choose(table: Table, said: Choices) -> Mapped:
    """The fields of a part; a product without a code is known by its name."""
    found = Candidates(table, PRODUCT_ROLES, {c for choice in said.values() for c in choice.columns})
    choices = records.assign(found, said, overrides.PRODUCT_FIELDS)
    if "product_id" not in choices and "name" not in choices:
        raise missing.no_column(table, "product_id", _("No column of %(name)s says which product it is."))
    ordered = {field: choices[field] for field in overrides.PRODUCT_FIELDS if field in choices}
    return Mapped(ordered, once=False, inherited=frozenset())


def _columns(fields: DetailFields) -> dict[str, str]:
    code, name = fields.label("product_id"), fields.label("name")
    return {
        "product_id": f"coalesce({code}, {name})",
        "name": name,
        "category": fields.label("category"),
    }


def _check(con: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]) -> None:
    if not records.is_usable(con, "goods"):
        raise InputError(
            "no_usable_rows",
            _("No row of %(name)s says which product it is.") % {"name": loaded[0].part.table.name},
        )


SHAPE = Shape(
    table="goods",
    roles=PRODUCT_ROLES,
    said=records.said_of(overrides.PRODUCT_FIELDS),
    moment="",
    choose=choose,
    create=partial(
        records.create,
        table="goods",
        columns=_columns,
        reason="CASE WHEN product_id IS NULL THEN 'no_product' END",
        proof="nullif(product_id, name)",
    ),
    check=_check,
)
