"""What a customer's card says: one row for everybody with an order."""

from __future__ import annotations

import ibis.expr.types as ir


def each_customer(sequenced: ir.Table, staged: ir.Table) -> ir.Table:
    """`staged` (customer facts with scores and stage) with, for each customer:

    `purchase_days`, how many different ones; `usual_gap_days`, the median of days between them (NULL with
    one only); `first_channel`, that of the first order (NULL where it names none).
    """
    revisit = sequenced.previous_day < sequenced.day
    gap = sequenced.day.delta(sequenced.previous_day, unit="day")
    visits = sequenced.group_by("customer").agg(
        purchase_days=sequenced.count(where=revisit) + 1,
        usual_gap_days=gap.median(where=revisit).cast("float64"),
        first_channel=sequenced.channel.cast("string").max(where=sequenced.previous_day.isnull()).nullif(""),
    )
    return staged.join(visits, "customer")
