"""Reading of points that customers have elsewhere: files in, the table `balances` out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import missing, overrides, records
from regulars.analytics.compute.reading.candidates import Candidates
from regulars.analytics.compute.reading.details import DetailFields, email_sql
from regulars.analytics.compute.reading.loading import Loaded
from regulars.analytics.compute.reading.mapping import Mapped
from regulars.analytics.compute.reading.recognition import POINTS_ROLES
from regulars.analytics.compute.reading.shape import Shape
from regulars.analytics.compute.reading.types import Choices, Reading, ReadingOptions, Table
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Progress

_IDS = ("customer_id", "card", "phone", "email")
_REASON = """
CASE WHEN coalesce(customer_id, card, phone, email) IS NULL THEN 'no_customer'
     WHEN points IS NULL OR points < 0 THEN 'bad_points'
     WHEN expires_on IS NULL AND has_expiry THEN 'bad_date' END
"""


def read_points(
    con: duckdb.DuckDBPyConnection, paths: Sequence[Path], options: ReadingOptions, progress: Progress
) -> Reading:
    """Read all of `paths` into `balances` (see the package) and shut `con` off from every other file.

    `InputError` where nothing says whose the points are, or how many.
    """
    return records.read(con, paths, options, progress, SHAPE)


def choose(table: Table, said: Choices) -> Mapped:
    """The fields of a part: by one of four a customer is known; the last day may be left out."""
    found = Candidates(table, POINTS_ROLES, {c for choice in said.values() for c in choice.columns})
    choices = records.assign(found, said, overrides.POINTS_FIELDS)
    if not any(field in choices for field in _IDS):
        raise missing.no_column(table, "customer_id", _("No column of %(name)s says whose the points are."))
    if "points" not in choices:
        column = found.named_but_unfit("points")
        if column is not None:
            raise missing.unreadable_amounts(table, column, "points")
        raise missing.no_column(table, "points", _("No column of %(name)s says how many points they are."))
    ordered = {field: choices[field] for field in overrides.POINTS_FIELDS if field in choices}
    return Mapped(ordered, once=False, inherited=frozenset())


def _columns(fields: DetailFields) -> dict[str, str]:
    return {
        "customer_id": fields.label("customer_id"),
        "card": fields.label("card"),
        "phone": fields.phone(),
        "email": email_sql(fields.label("email")),
        "points": fields.number("points"),
        "expires_on": f"({fields.moment('expires_on')})::DATE",
        "has_expiry": f"{fields.label('expires_on')} IS NOT NULL",
    }


def _check(con: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]) -> None:
    if not records.is_usable(con, "balances"):
        raise InputError(
            "no_usable_rows",
            _("No row of %(name)s says whose points they are and how many.")
            % {"name": loaded[0].part.table.name},
        )


SHAPE = Shape(
    table="balances",
    roles=POINTS_ROLES,
    said=records.said_of(overrides.POINTS_FIELDS),
    moment="expires_on",
    choose=choose,
    create=partial(
        records.create,
        table="balances",
        columns=_columns,
        reason=_REASON,
        proof="coalesce(card, phone, email, expires_on::VARCHAR)",
    ),
    check=_check,
)
