"""Which lines can be used, what is wrong with the others, and the day up to which everything counts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

import duckdb
from django.utils.translation import gettext as _

from regulars.analytics.compute.reading.types import Reading
from regulars.analytics.errors import InputError
from regulars.analytics.types import RejectReason

REASONS: Final[tuple[RejectReason, ...]] = (
    "no_customer",
    "bad_date",
    "bad_amount",
    "no_order_id",
    "other_currency",
)
"""Reasons a line by itself can be rejected for, in the order they are tested; a line has one at most."""
EXAMPLES = 5

# Reason 0 is none, n is REASONS[n - 1]. A credit without an order id is one that names no order.
_REASON = """
CREATE OR REPLACE TEMP MACRO reason(customer_id, ordered_at, amount, order_id, currency, kind) AS (
    CASE WHEN customer_id IS NULL THEN 1
         WHEN ordered_at IS NULL THEN 2
         WHEN amount IS NULL THEN 3
         WHEN getvariable('has_order_ids') AND order_id IS NULL AND kind <> 'credit' THEN 4
         WHEN currency <> getvariable('currency') THEN 5
         ELSE 0 END::TINYINT)
"""
_VALID = """
CREATE OR REPLACE TEMP VIEW valid AS
SELECT row, part, customer_id, order_id, ordered_at, product, category, amount, kind, channel
FROM lines
WHERE ordered_at < getvariable('as_of')
  AND reason(customer_id, ordered_at, amount, order_id, currency, kind) = 0
"""
# Where nothing is wrong there is nothing to test: most of the columns need not be read each time.
_ALL_VALID = """
CREATE OR REPLACE TEMP VIEW valid AS
SELECT row, part, customer_id, order_id, ordered_at, product, category, amount, kind, channel
FROM lines
WHERE ordered_at < getvariable('as_of')
"""
_CALENDAR = """
SELECT ordered_at::DATE AS day,
       reason(customer_id, ordered_at, amount, order_id, currency, kind) AS reason,
       count(*),
       coalesce(sum(amount), 0),
       count(*) FILTER (kind <> 'credit' AND amount > 0),
       count(*) FILTER (kind = 'void' OR (kind = 'sale' AND amount <= 0)),
       count(*) FILTER (kind = 'credit')
FROM lines
GROUP BY ALL
"""
_EXAMPLES = """
SELECT reason, part, part_row
FROM (SELECT row, part, part_row, ordered_at,
             reason(customer_id, ordered_at, amount, order_id, currency, kind) AS reason
      FROM lines)
WHERE reason > 0 AND (ordered_at IS NULL OR ordered_at < getvariable('as_of'))
QUALIFY row_number() OVER (PARTITION BY reason ORDER BY row) <= ?
ORDER BY row
"""


@dataclass(frozen=True)
class _Day:
    """The lines of one day (None: unreadable) that have the same reason to be rejected, or none (0)."""

    day: date | None
    reason: int
    lines: int
    amount: Decimal
    positive: int
    empty: int
    credits: int


@dataclass(frozen=True)
class Screening:
    """`first_day`: that of the first usable line with a positive amount.

    `lines` are the usable ones before `as_of`, `empty` those of them that bring nothing (cancelled, or
    of amount 0), `credits` those that take something off.
    """

    as_of: date
    first_day: date
    lines: int
    empty: int
    credits: int
    rejected: dict[RejectReason, int]
    rejected_places: dict[RejectReason, list[tuple[int, int]]]  # (part, row a person sees), at most 5
    revenue_without_customer: Decimal

    @property
    def span_days(self) -> int:
        return (self.as_of - self.first_day).days


def screen(con: duckdb.DuckDBPyConnection, reading: Reading, as_of: date | None) -> Screening:
    """Look through `lines` once, and make the view `valid` of those that can be used.

    Lines at or after `as_of` do not exist for anything, wrong ones included.
    Raises InputError "no_orders" if nothing is left.
    """
    con.execute("SET VARIABLE has_order_ids = ?", [reading.has_order_ids])
    con.execute("SET VARIABLE currency = ?", [reading.currency])
    con.execute(_REASON)
    calendar = [_Day(*row) for row in con.execute(_CALENDAR).fetchall()]
    ordered = [d.day for d in calendar if d.reason == 0 and d.positive and d.day is not None]
    if not ordered:
        raise InputError("no_orders", _nothing_usable(calendar))
    end = as_of or max(ordered) + timedelta(days=1)
    if min(ordered) >= end:
        raise InputError(
            "no_orders",
            _("There are no orders before %(as_of)s: the first is of %(first)s. Choose a later day.")
            % {"as_of": end.isoformat(), "first": min(ordered).isoformat()},
        )
    set_as_of(con, end)
    seen = [d for d in calendar if d.day is None or d.day < end]
    usable = [d for d in seen if d.reason == 0]
    rejected = _rejected(seen)
    con.execute(_VALID if rejected else _ALL_VALID)
    return Screening(
        as_of=end,
        first_day=min(ordered),
        lines=sum(d.lines for d in usable),
        empty=sum(d.empty for d in usable),
        credits=sum(d.credits for d in usable),
        rejected=rejected,
        rejected_places=_places(con) if rejected else {},
        revenue_without_customer=sum((d.amount for d in seen if d.reason == 1), Decimal(0)),
    )


def set_as_of(con: duckdb.DuckDBPyConnection, as_of: date) -> None:
    """Let the view `valid`, and all that is made from it later, end before `as_of`."""
    con.execute("SET VARIABLE as_of = ?", [as_of])


def _rejected(days: list[_Day]) -> dict[RejectReason, int]:
    counts = {r: sum(d.lines for d in days if d.reason == n) for n, r in enumerate(REASONS, start=1)}
    return {reason: n for reason, n in counts.items() if n}


def _places(con: duckdb.DuckDBPyConnection) -> dict[RejectReason, list[tuple[int, int]]]:
    places: dict[RejectReason, list[tuple[int, int]]] = {}
    for reason, part, row in con.execute(_EXAMPLES, [EXAMPLES]).fetchall():
        places.setdefault(REASONS[reason - 1], []).append((part, row))
    return places


def _nothing_usable(calendar: list[_Day]) -> str:
    rejected = _rejected(calendar)
    if not rejected:
        return _("There are no orders in the file: no row has an amount above zero.")
    sentences: dict[RejectReason, str] = {
        "no_customer": _("the customer is blank. Name the column with --map customer_id=COLUMN."),
        "bad_date": _("the date cannot be read. Name column and format with --map ordered_at=COLUMN:FORMAT."),
        "bad_amount": _("the amount cannot be read. Name the column with --map amount=COLUMN."),
        "no_order_id": _("the order number is blank. Name the column with --map order_id=COLUMN."),
        "other_currency": _("the currency is another one. Choose it with --currency."),
    }
    most = max(rejected, key=lambda reason: rejected[reason])
    return _("There are no usable orders in the file. In %(rows)s of the rows %(reason)s") % {
        "rows": rejected[most],
        "reason": sentences[most],
    }
