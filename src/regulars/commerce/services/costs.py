"""What winning customers costs."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection, transaction

from regulars.commerce.types import ChannelDayCost

_UPSERT = """
INSERT INTO commerce_channelcost AS c (channel, day, currency, cost_minor)
SELECT * FROM unnest(%s::text[], %s::date[], %s::text[], %s::bigint[])
    AS t(channel, day, currency, cost_minor)
ORDER BY channel, day, currency
ON CONFLICT (channel, day, currency) DO UPDATE SET cost_minor = excluded.cost_minor
WHERE c.cost_minor <> excluded.cost_minor
"""


@transaction.atomic
def record_costs(*, costs: Sequence[ChannelDayCost]) -> int:
    """Store costs by channel, day and currency, the last of each winning; gives how many rows changed."""
    rows = {(c.channel, c.day, c.currency): c.cost_minor for c in costs}
    if not rows:
        return 0
    columns = [list(column) for column in zip(*((*key, cost) for key, cost in rows.items()), strict=True)]
    with connection.cursor() as cursor:
        cursor.execute(_UPSERT, columns)
        return int(cursor.rowcount)
