"""Which tier customers had when they ordered, however late that is told."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from zoneinfo import ZoneInfo

from regulars.kit import sql
from regulars.kit.prepared import prepared_cursor
from regulars.loyalty.queries.measuring import measured_before
from regulars.loyalty.rules.tiers import fitting, highest, level
from regulars.loyalty.types import Version
from regulars.loyalty.types.tiers import Tiers

# What somebody had before is looked at only where what they have is newer than the order.
_THEN = """
SELECT k.number, CASE WHEN s.ends_at <= k.at THEN s.fits ELSE s.tier END, s.since > k.at, h.tiers
FROM unnest(%s::bigint[], %s::bigint[], %s::timestamptz[]) AS k (number, person_id, at)
LEFT JOIN loyalty_tierstanding AS s ON s.person_id = k.person_id AND s.merged_into IS NULL
LEFT JOIN LATERAL (
    SELECT array_agg(held.tier) AS tiers FROM loyalty_tierheld AS held
    WHERE (s.person_id IS NULL OR s.since > k.at)
      AND held.person_id = k.person_id AND held.since <= k.at AND held.until > k.at
) AS h ON true
"""


@dataclass(frozen=True, slots=True)
class Then:
    """An order, its customer with their calendar, and the version by which it earns."""

    order_id: int
    person_id: int
    at: datetime
    zone: ZoneInfo
    version: Version
    tiers: Tiers


def tiers_then(asked: Sequence[Then]) -> dict[int, str]:
    """By the order the key of the tier; empty: none that the order's version knows. One statement.

    Where an order is older than what its customer has by now, it is the higher of what they had then and what
    fits what they had bought by then, so that all a till tells late earns as if told in time. What fits is
    asked too where what they have is no tier of that version. Those take one statement more a version.
    """
    if not asked:
        return {}
    had: dict[int, set[str]] = {}
    late: defaultdict[int, list[Then]] = defaultdict(list)
    by_order = {one.order_id: one for one in asked}
    with prepared_cursor() as cursor:
        cursor.execute(_THEN, sql.columns([(one.order_id, one.person_id, one.at) for one in asked]))
        for order_id, tier, is_late, held in cursor.fetchall():
            one = by_order[order_id]
            had[order_id] = set(held or ())
            # A tier that the order's version does not know is none: the worker was not there yet.
            is_gone = bool(tier) and level(one.tiers, tier) is None
            if is_late or is_gone:
                late[one.version.id].append(one)
            else:
                had[order_id].add(_reached(one.tiers, 0) if tier is None else tier)
    for some in late.values():
        tiers, programme = some[0].tiers, some[0].version.programme
        rows = [(one.order_id, one.person_id, one.at, one.zone) for one in some]
        for order_id, measured in measured_before(tiers, programme, rows).items():
            had[order_id].add(_reached(tiers, measured))
    return {order_id: highest(by_order[order_id].tiers, keys) for order_id, keys in had.items()}


def _reached(tiers: Tiers, measured_minor: int) -> str:
    tier = fitting(tiers, measured_minor)
    return tier.key if tier else ""
