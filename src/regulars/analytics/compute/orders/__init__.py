"""From lines to orders: what docs/metrics.md calls an order, and what does not count and why."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _

from regulars.analytics.compute.engine import Engine
from regulars.analytics.compute.orders.documents import documents, strays
from regulars.analytics.compute.orders.earlier import orders_before
from regulars.analytics.compute.orders.entangled import disentangle
from regulars.analytics.compute.orders.numbering import (
    make_order_lines,
    make_orders,
    number_customers,
    settle_entangled,
)
from regulars.analytics.compute.orders.returns import take_off_returns
from regulars.analytics.compute.orders.screening import EXAMPLES, Screening, screen
from regulars.analytics.compute.reading.types import Reading
from regulars.analytics.errors import InputError
from regulars.analytics.progress import Progress
from regulars.analytics.types import CountAmount, RejectReason

__all__ = ["Assembly", "assemble", "orders_before"]


@dataclass(frozen=True)
class Assembly:
    """What became of the lines, besides the tables; see `types.Audit` for the meaning of each field."""

    as_of: date
    first_day: date
    span_days: int
    rejected: dict[RejectReason, int]
    rejected_examples: dict[RejectReason, list[str]]
    revenue_without_customer: Decimal
    unmatched_returns: CountAmount
    voided_orders: int
    duplicate_orders: int
    duplicate_orders_differing: int


def assemble(
    engine: Engine,
    reading: Reading,
    as_of: date | None,
    progress: Progress,
    *,
    ids_in_sequence: bool = False,
) -> Assembly:
    """Make `customers`, `orders` and, where there are products, `order_lines` from the table `lines`.

    `as_of` is the first day that does not count, by default the day after the last order.
    `ids_in_sequence`: order ids are numbers given one after the other; orders of one moment follow them.
    Raises InputError "no_orders" if there is no order that counts.
    """
    con = engine.con
    progress.step(_("Checking the rows"))
    screening = screen(con, reading, as_of)
    progress.step(_("Putting orders together"))
    entangled = disentangle(con, screening, has_order_ids=reading.has_order_ids)
    counted = documents(con, parts=len(reading.parts))
    unmatched = take_off_returns(con)
    void = settle_entangled(con) + _empty_plain_lines(engine, screening)
    progress.step(_("Ordering customers and their orders"))
    if not number_customers(con, entangled=entangled > 0):
        raise InputError(
            "no_orders", _("There are no orders in the file: all of them were cancelled or returned.")
        )
    make_orders(engine, has_order_ids=reading.has_order_ids, ids_in_sequence=ids_in_sequence)
    if reading.has_products:
        make_order_lines(con)
    rejected, places = dict(screening.rejected), dict(screening.rejected_places)
    if entangled and (astray := strays(con)):
        rejected["order_of_another_customer"] = len(astray)
        places["order_of_another_customer"] = astray[:EXAMPLES]
    return Assembly(
        as_of=screening.as_of,
        first_day=screening.first_day,
        span_days=screening.span_days,
        rejected=rejected,
        rejected_examples={reason: _shown(reading, found) for reason, found in places.items()},
        revenue_without_customer=screening.revenue_without_customer,
        unmatched_returns=unmatched,
        voided_orders=void,
        duplicate_orders=counted.duplicates,
        duplicate_orders_differing=counted.duplicates_differing,
    )


def _empty_plain_lines(engine: Engine, screening: Screening) -> int:
    """Orders of one line, cancelled or of amount 0: counted without reading the file again."""
    (entangled,) = engine.con.execute(
        "SELECT count(*) FROM entangled_lines WHERE kind = 'void' OR (kind = 'sale' AND amount <= 0)"
    ).fetchall()[0]
    return screening.empty - int(entangled)


def _shown(reading: Reading, places: list[tuple[int, int]]) -> list[str]:
    return [_("%(file)s, row %(row)s") % {"file": reading.parts[p].name, "row": row} for p, row in places]
