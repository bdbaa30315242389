"""Having referrals looked at again, since something happened to one of the two.

A mark decides nothing and locks nobody but the rows: what it comes to is read anew by who looks.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from regulars.kit import sql

# What an order is of now counts too: money given back may be told of another profile.
_BUYERS = """
UPDATE loyalty_friendreferral SET look_at = %(now)s WHERE id IN (
    SELECT r.id FROM loyalty_friendreferral AS r
    WHERE r.state <> 'refused' AND r.id IN (
        SELECT f.id FROM customers_profile AS one JOIN customers_profile AS theirs USING (person_id)
        JOIN loyalty_friendreferral AS f ON f.friend_id = theirs.id
        WHERE one.id = ANY(%(profiles)s)
           OR one.id IN (SELECT o.profile_id FROM facts_orders AS o WHERE o.order_id = ANY(%(orders)s))
    )
    ORDER BY r.id FOR NO KEY UPDATE
)
"""
# Both sides; and what was refused since two were one, or one friend came twice, for they may be two again.
_MOVED = """
UPDATE loyalty_friendreferral SET look_at = %(now)s WHERE id IN (
    SELECT r.id FROM loyalty_friendreferral AS r
    WHERE (r.state <> 'refused' OR r.reason IN ('self', 'twice')) AND r.id IN (
        SELECT f.id FROM customers_profile AS one JOIN customers_profile AS theirs USING (person_id)
        JOIN loyalty_friendreferral AS f ON f.friend_id = theirs.id WHERE one.id = ANY(%(profiles)s)
        UNION ALL
        SELECT f.id FROM customers_profile AS one JOIN customers_profile AS theirs USING (person_id)
        JOIN loyalty_friendreferral AS f ON f.referrer_id = theirs.id WHERE one.id = ANY(%(profiles)s)
    )
    ORDER BY r.id FOR NO KEY UPDATE
)
"""


def mark_buyers(*, profile_ids: Collection[int], order_ids: Collection[int] = (), now: datetime) -> None:
    """Have it looked at how those came who ordered something, or gave it back: these, and whose the orders
    are."""
    if profile_ids or order_ids:
        sql.run(_BUYERS, {"profiles": sorted(set(profile_ids)), "orders": sorted(set(order_ids)), "now": now})


def mark_moved(*, profile_ids: Collection[int], now: datetime) -> None:
    """Have all looked at of those who became one, or two again."""
    if profile_ids:
        sql.run(_MOVED, {"profiles": sorted(set(profile_ids)), "now": now})
