"""The audit: from files of orders, or from lines that are already in tables, to the document."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import msgspec
from django.utils.translation import gettext as _

from regulars.analytics.compute.engine import Engine, connection
from regulars.analytics.compute.figures.document import Found, Frame, figures, headline_at
from regulars.analytics.compute.growth import growth_points
from regulars.analytics.compute.orders import Assembly, assemble, orders_before
from regulars.analytics.compute.pseudonyms import Pseudonyms
from regulars.analytics.compute.reading import CostsReading, Reading, ReadingOptions, read_costs, read_orders
from regulars.analytics.progress import Progress
from regulars.analytics.rules.money import money
from regulars.analytics.types import Audit, CountAmount, GrowthPoint, Headline, Slipping, Stage
from regulars.kit import clock


@dataclass(frozen=True, kw_only=True)
class AuditOptions:
    """`mapping` as in ReadingOptions; `as_of`: the first day that does not count (None: the
    one after the last order).

    `margin`: share of revenue that is left after the cost of goods, for lifetime values; None: not known.
    `hide_ids`: customers appear under made-up names. `now`: when the audit is made (None: the clock's).
    """

    timezone: str
    mapping: Mapping[str, str] = field(default_factory=dict)
    as_of: date | None = None
    currency: str | None = None
    margin: Decimal | None = None
    hide_ids: bool = False
    now: datetime | None = None


def run_audit(
    *, orders: Sequence[Path], costs: Path | None, options: AuditOptions, progress: Progress
) -> Audit:
    """The audit of files. Raises InputError where they cannot be used."""
    how = ReadingOptions(timezone=options.timezone, mapping=options.mapping, currency=options.currency)
    with connection() as con:
        reading = read_orders(con, orders, how, progress)
        read = read_costs(con, costs, how, progress) if costs else None
        return audit_lines(con, reading, costs=read, options=options, progress=progress)


def audit_lines(
    con: duckdb.DuckDBPyConnection,
    reading: Reading,
    *,
    costs: CostsReading | None,
    options: AuditOptions,
    progress: Progress,
    ids_in_sequence: bool = False,
    own_stages: Collection[Stage] = (),
    seen: Callable[[Engine, Frame, Found], None] | None = None,
) -> Audit:
    """The audit of the table `lines` (and `costs`), however they were filled.

    `ids_in_sequence`: see `assemble`, `own_stages`: see `Frame`. `seen` is called while the tables of all
    figures stand.
    Raises InputError "no_orders" if no order counts.
    """
    engine = Engine(con)
    assembly = assemble(engine, reading, options.as_of, progress, ids_in_sequence=ids_in_sequence)
    frame = Frame(
        first_day=assembly.first_day,
        as_of=assembly.as_of,
        margin=options.margin,
        has_channels=reading.has_channels,
        has_costs=costs is not None,
        own_stages=own_stages,
    )
    found = figures(engine, frame, progress)
    if seen is not None:
        seen(engine, frame, found)
    progress.step(_("Looking for growth points"))
    points, left_out = growth_points(
        con,
        as_of=assembly.as_of,
        first_day=assembly.first_day,
        has_products=reading.has_products,
        progress=progress,
    )
    progress.step(_("Comparing with the period before"))
    previous = _previous(engine, reading, frame)
    audit = Audit(
        made_at=options.now or clock.now(),
        source=reading.parts + (costs.parts if costs else []),
        rows_read=reading.rows_read,
        mapping=reading.mapping,
        mapping_costs=costs.mapping if costs else None,
        currency=reading.currency,
        timezone=options.timezone,
        margin=options.margin,
        **_assembled(assembly),
        previous=previous,
        growth_points=points,
        growth_left_out=left_out,
        notes=[*reading.notes, *(costs.notes if costs else []), *found.notes],
        **found.fields,
    )
    return _with_hidden_ids(audit) if options.hide_ids else audit


def _assembled(assembly: Assembly) -> dict[str, Any]:
    """The fields of `Audit` that tell what became of the lines."""
    unmatched = assembly.unmatched_returns
    return {
        "from_": assembly.first_day,
        "as_of": assembly.as_of,
        "span_days": assembly.span_days,
        "rejected": assembly.rejected,
        "rejected_examples": assembly.rejected_examples,
        "revenue_without_customer": money(assembly.revenue_without_customer),
        "unmatched_returns": CountAmount(unmatched.count, money(unmatched.amount)),
        "voided_orders": assembly.voided_orders,
        "duplicate_orders": assembly.duplicate_orders,
        "duplicate_orders_differing": assembly.duplicate_orders_differing,
    }


def _previous(engine: Engine, reading: Reading, frame: Frame) -> Headline | None:
    """The headline one window earlier. Spends the working tables of the assembly."""
    earlier = frame.as_of - timedelta(days=frame.window_days)
    if earlier <= frame.first_day:
        return None
    orders = orders_before(engine, as_of=frame.as_of, earlier=earlier, parts=len(reading.parts))
    return headline_at(engine, orders, frame, earlier)


def _with_hidden_ids(audit: Audit) -> Audit:
    names = Pseudonyms()

    def hidden(customer: Any) -> Any:
        return msgspec.structs.replace(customer, customer_id=names.of(customer.customer_id))

    slips: Slipping = msgspec.structs.replace(
        audit.slipping, top=[hidden(customer) for customer in audit.slipping.top]
    )
    points: list[GrowthPoint] = [
        msgspec.structs.replace(point, top=[names.of(id) for id in point.top])
        for point in audit.growth_points
    ]
    return msgspec.structs.replace(audit, slipping=slips, growth_points=points)
