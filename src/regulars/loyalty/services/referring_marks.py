"""Having referrals looked at again, since something happened to one of the two.

A mark decides nothing and locks nobody but the rows: what it comes to is read anew by who looks.
"""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from regulars.kit import sql

# Of who bought: what an order is of now counts too, as money given back may be told of another profile.
# Of who moved: both sides; and what was refused since two were one, or one friend came twice, for they may be
# two again.
_MARK = """
UPDATE loyalty_friendreferral SET look_at = %(now)s WHERE id IN (
    SELECT r.id FROM loyalty_friendreferral AS r
    WHERE (r.state <> 'refused' OR r.reason IN ('self', 'twice')) AND r.id IN (
        SELECT f.id FROM customers_profile AS one JOIN customers_profile AS theirs USING (person_id)
        JOIN loyalty_friendreferral AS f ON f.friend_id = theirs.id
        WHERE f.state <> 'refused' AND (
            one.id = ANY(%(buyers)s)
            OR one.id IN (SELECT o.profile_id FROM facts_orders AS o WHERE o.order_id = ANY(%(orders)s))
        )
        UNION ALL
        SELECT f.id FROM customers_profile AS one JOIN customers_profile AS theirs USING (person_id)
        JOIN loyalty_friendreferral AS f ON f.friend_id = theirs.id WHERE one.id = ANY(%(moved)s)
        UNION ALL
        SELECT f.id FROM customers_profile AS one JOIN customers_profile AS theirs USING (person_id)
        JOIN loyalty_friendreferral AS f ON f.referrer_id = theirs.id WHERE one.id = ANY(%(moved)s)
    )
    ORDER BY r.id FOR NO KEY UPDATE
)
"""


def mark_referrals(
    *,
    buyers: Collection[int],
    orders: Collection[int] = (),
    moved: Collection[int] = (),
    now: datetime,
) -> None:
    """Have it looked at how those came who ordered something, or gave it back: these, and whose the orders
    are; and all of those who became one, or two again. All at once, so that nobody waits in a circle."""
    told = {"buyers": buyers, "orders": orders, "moved": moved}
    if any(told.values()):
        sql.run(_MARK, {name: sorted(set(ids)) for name, ids in told.items()} | {"now": now})
