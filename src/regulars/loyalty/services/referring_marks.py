"""Having referrals looked at again, since something happened to one of the two."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db import connection

# Both sides, where the people behind the profiles changed; only that of the friend, where they ordered.
_MARK = """
UPDATE loyalty_friendreferral SET look_at = %(now)s WHERE id IN (
    SELECT r.id FROM loyalty_friendreferral AS r
    WHERE r.state <> 'refused' AND r.id IN (
        SELECT f.id FROM customers_profile AS one JOIN customers_profile AS theirs USING (person_id)
        JOIN loyalty_friendreferral AS f ON f.friend_id = theirs.id WHERE one.id = ANY(%(profiles)s)
    )
    ORDER BY r.id FOR NO KEY UPDATE
)
"""
_MARK_BOTH = """
UPDATE loyalty_friendreferral
SET look_at = %(now)s, reason = '', state = CASE state WHEN 'refused' THEN 'waiting' ELSE state END
WHERE id IN (
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


def mark_buyers(*, profile_ids: Collection[int], now: datetime) -> None:
    """Have it looked at how those came who ordered something, or gave it back."""
    _mark(_MARK, profile_ids, now)


def mark_moved(*, profile_ids: Collection[int], now: datetime) -> None:
    """Have all looked at of those who became one, or two again."""
    _mark(_MARK_BOTH, profile_ids, now)


def _mark(statement: str, profile_ids: Collection[int], now: datetime) -> None:
    if profile_ids:
        with connection.cursor() as cursor:
            cursor.execute(statement, {"profiles": sorted(set(profile_ids)), "now": now})
