"""Reading of customers: files in, the table `people` out."""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial
from pathlib import Path

import duckdb
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading import missing, overrides, records
from regulars.analytics.compute.reading.candidates import Candidates
from regulars.analytics.compute.reading.details import DetailFields, email_sql, name_columns, phone_sql
from regulars.analytics.compute.reading.loading import Loaded
from regulars.analytics.compute.reading.mapping import Mapped
from regulars.analytics.compute.reading.recognition import CUSTOMER_ROLES
from regulars.analytics.compute.reading.shape import Shape
from regulars.analytics.compute.reading.types import Choice, Choices, Reading, ReadingOptions, Table
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Progress
from regulars.analytics.types import Note

_IDS = ("customer_id", "email", "phone")


def read_customers(
    con: duckdb.DuckDBPyConnection, paths: Sequence[Path], options: ReadingOptions, progress: Progress
) -> Reading:
    """Read all of `paths` into `people` (see the package) and shut `con` off from every other file.

    `InputError` where nothing says who the customers are.
    """
    return records.read(con, paths, options, progress, SHAPE)


def choose(table: Table, said: Choices) -> Mapped:
    """The fields of a part; `InputError` where there is neither an id nor an e-mail nor a phone."""
    found = Candidates(table, CUSTOMER_ROLES, {c for choice in said.values() for c in choice.columns})
    choices = records.assign(found, said, ("customer_id", "email", "phone", "created_at"))
    if "name" not in said and (columns := name_columns(found, "name", set())):
        choices["name"] = Choice(columns)
    if not any(field in choices for field in _IDS):
        raise missing.no_column(table, "customer_id", _("No column of %(name)s says who the customer is."))
    notes = []
    if "customer_id" not in choices:
        field = "email" if "email" in choices else "phone"
        column = table.columns[choices[field].columns[0]].name
        notes.append(Note(code=f"customer_by_{field}", facts={"name": table.name, "column": column}))
    ordered = {field: choices[field] for field in overrides.CUSTOMER_FIELDS if field in choices}
    return Mapped(ordered, once=False, inherited=frozenset(), notes=tuple(notes))


def _columns(fields: DetailFields) -> dict[str, str]:
    email, phone = fields.label("email"), fields.phone()
    known = f"CASE WHEN contains({email}, '@') THEN {email_sql(email)} END"
    return {
        "customer_id": f"coalesce({fields.label('customer_id')}, {known}, {phone_sql(phone)})",
        "name": fields.joined("name"),
        "email": email,
        "phone": phone,
        "created_at": fields.moment("created_at"),
    }


def _check(con: duckdb.DuckDBPyConnection, loaded: Sequence[Loaded]) -> None:
    if records.is_usable(con, "people"):
        return
    part = loaded[0].part
    field = next(f for f in _IDS if f in part.choices)
    error = missing.blank_customers(part.table, part.choices[field].columns[0])
    raise InputError(error.code, error.message, **{**error.facts, "field": field})


SHAPE = Shape(
    table="people",
    roles=CUSTOMER_ROLES,
    said=records.said_of(overrides.CUSTOMER_FIELDS),
    moment="created_at",
    choose=choose,
    create=partial(
        records.create,
        table="people",
        columns=_columns,
        reason="CASE WHEN customer_id IS NULL THEN 'no_customer' END",
        proof="coalesce(email, phone, created_at::VARCHAR)",
    ),
    check=_check,
)
