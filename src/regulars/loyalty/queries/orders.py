"""What orders earned and what was spent on them, many at once."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from regulars.commerce.types import SourceKey
from regulars.kit import sql
from regulars.loyalty.models import Hold, ProgrammeVersion, UnearnedOrder


@dataclass(frozen=True, slots=True)
class OrderLot:
    """What an order earned by a rule. `waits`: nobody has said yet when it can be spent."""

    key: str
    profile_id: int
    rule: str
    settled_minor: int
    waits: bool


@dataclass(frozen=True, slots=True)
class SpentHold:
    """What was spent on an order by a hold, and how much of it came back; `of_profiles`: from whose lots."""

    id: int
    profile_id: int
    spent_minor: int
    given_back_minor: int
    of_profiles: tuple[int, ...]


_KEYS = "unnest(%s::text[], %s::text[]) AS k (order_source, order_id)"
_LOTS = f"""
SELECT l.order_source, l.order_id, l.key, w.profile_id, l.rule, l.settled_minor,
       l.usable_at IS NULL AND l.usable_since IS NULL
FROM {_KEYS}
JOIN loyalty_lot AS l USING (order_source, order_id)
JOIN loyalty_wallet AS w ON w.id = l.wallet_id
WHERE l.order_id <> ''
ORDER BY l.id
"""  # noqa: S608 (a text of ours)
_HOLDS = f"""
SELECT h.order_source, h.order_id, h.id, h.profile_id, h.spent_minor, h.given_back_minor,
       ARRAY(SELECT DISTINCT w.profile_id FROM loyalty_posting AS p
             JOIN loyalty_wallet AS w ON w.id = p.wallet_id WHERE p.hold_id = h.id)
FROM {_KEYS}
JOIN loyalty_hold AS h USING (order_source, order_id)
WHERE h.order_id <> '' AND h.state = 'captured' AND h.spent_minor > 0
ORDER BY h.id
"""  # noqa: S608 (a text of ours)
_PURCHASES = """
SELECT k.profile_id, o.ordered_at
FROM unnest(%s::bigint[], %s::timestamptz[]) AS k (profile_id, since)
JOIN facts_profiles AS one ON one.profile_id = k.profile_id
JOIN facts_profiles AS theirs ON theirs.person_id = one.person_id
JOIN facts_orders AS o ON o.profile_id = theirs.profile_id AND o.ordered_at >= k.since
WHERE o.status <> 'cancelled' AND o.ordered_at <= %s
ORDER BY o.ordered_at
"""


def lots_of_orders(orders: Collection[SourceKey]) -> dict[SourceKey, list[OrderLot]]:
    """What these orders earned, the oldest first."""
    found: defaultdict[SourceKey, list[OrderLot]] = defaultdict(list)
    for source, number, *lot in sql.rows(_LOTS, _columns(orders)):
        found[source, number].append(OrderLot(*lot))
    return found


def spent_on_orders(orders: Collection[SourceKey]) -> dict[SourceKey, list[SpentHold]]:
    """What was spent on these orders, the oldest first."""
    found: defaultdict[SourceKey, list[SpentHold]] = defaultdict(list)
    for source, number, id_, profile_id, spent, given_back, profiles in sql.rows(_HOLDS, _columns(orders)):
        found[source, number].append(SpentHold(id_, profile_id, spent, given_back, tuple(profiles)))
    return found


def is_nothing_to_settle() -> bool:
    """Whether there was no programme yet, so that nothing was earned or spent on any order."""
    return not (ProgrammeVersion.objects.exists() or Hold.objects.exists())


def unearned(order_ids: Collection[int]) -> set[int]:
    """Which of these orders may earn, and have not yet."""
    found = UnearnedOrder.objects.filter(order_id__in=order_ids)
    return set(found.values_list("order_id", flat=True))


def purchases_since(since: Mapping[int, datetime], *, now: datetime) -> dict[int, list[datetime]]:
    """When the persons of these profiles ordered something that was not cancelled, each from a moment on."""
    found: defaultdict[int, list[datetime]] = defaultdict(list)
    for profile_id, at in sql.rows(_PURCHASES, [list(since), list(since.values()), now]):
        found[profile_id].append(at)
    return found


def _columns(orders: Collection[SourceKey]) -> tuple[list[str], list[str]]:
    return [source for source, _ in orders], [number for _, number in orders]
