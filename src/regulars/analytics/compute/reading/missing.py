"""What to say when a field that is needed cannot be found among the columns."""

from __future__ import annotations

from collections.abc import Sequence

from django.utils.translation import gettext as _

from regulars.analytics.compute.reading.blanks import tidy
from regulars.analytics.compute.reading.candidates import Candidates
from regulars.analytics.compute.reading.names import shown
from regulars.analytics.compute.reading.types import Choices, Table
from regulars.analytics.errors import InputError

_LISTED_MAX = 60


def require(found: Candidates, choices: Choices) -> None:
    """The customer and the moment must be known; the amount is weighed later."""
    if "customer_id" not in choices:
        raise no_column(
            found.table,
            "customer_id",
            _("No column of %(name)s says who the customer is."),
        )
    if "ordered_at" not in choices:
        column = found.named_but_unfit("ordered_at")
        if column is not None:
            raise unreadable_dates(found.table, column, "ordered_at")
        raise no_column(found.table, "ordered_at", _("No column of %(name)s says when the order was made."))


def no_amount(found: Candidates) -> InputError:
    column = found.named_but_unfit("amount", "line_total", "order_total", "unit_price")
    if column is not None:
        return unreadable_amounts(found.table, column, "amount")
    return no_column(found.table, "amount", _("No column of %(name)s says how much was paid."))


def no_column(table: Table, field: str, sentence: str) -> InputError:
    return InputError(
        "no_column",
        _("%(sentence)s The columns are: %(columns)s. Name the right one with --map %(field)s=COLUMN.")
        % {"sentence": sentence % {"name": table.name}, "columns": listed(table), "field": field},
        field=field,
    )


def unreadable_dates(table: Table, column: int, field: str) -> InputError:
    row, value = first_value(table, column)
    return InputError(
        "unreadable_dates",
        _(
            "The dates in column “%(column)s” of %(name)s cannot be read: row %(row)s has “%(value)s”. "
            'Say how they are written, for example --map "%(field)s=%(column)s:%%d.%%m.%%Y", '
            "or name another column with --map %(field)s=COLUMN."
        )
        % {
            "column": shown(table.columns[column].name),
            "name": table.name,
            "row": row,
            "value": shown(value),
            "field": field,
        },
        field=field,
        column=table.columns[column].name,
        row=str(row),
        value=shown(value),
    )


def unreadable_amounts(table: Table, column: int, field: str) -> InputError:
    row, value = first_value(table, column)
    return InputError(
        "unreadable_amounts",
        _(
            "The amounts in column “%(column)s” of %(name)s cannot be read: row %(row)s has “%(value)s”. "
            "Name another column with --map %(field)s=COLUMN."
        )
        % {
            "column": shown(table.columns[column].name),
            "name": table.name,
            "row": row,
            "value": shown(value),
            "field": field,
        },
        field=field,
        column=table.columns[column].name,
        row=str(row),
        value=shown(value),
    )


def blank_customers(table: Table, column: int) -> InputError:
    return InputError(
        "no_customers",
        _(
            "Column “%(column)s” of %(name)s, taken for the customer, is blank in every row. "
            "Name another column with --map customer_id=COLUMN."
        )
        % {"column": shown(table.columns[column].name), "name": table.name},
        field="customer_id",
        column=table.columns[column].name,
    )


def first_value(table: Table, column: int) -> tuple[int, str]:
    """The first value that is not blank, and the number of its row."""
    for row, value in zip(table.rows, table.sample[column], strict=True):
        if tidy(value) is not None:
            return row, value
    return 1, ""


def listed(table: Table) -> str:
    names: Sequence[str] = [shown(c.name) for c in table.columns]
    return ", ".join(names[:_LISTED_MAX]) + (", …" if len(names) > _LISTED_MAX else "")
