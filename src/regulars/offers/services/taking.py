"""What uses hold of their offers: let go, and taken once more."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.db import connection

# What is let go of these uses; `given_back`: only of offers that then can be used again.
_OF_USES = """
t.use_id = ANY(%(uses)s) AND t.counts
AND (NOT %(given_back)s OR coalesce((t.terms ->> 'given_back')::boolean, TRUE))
"""
_LOCK = """
SELECT FROM offers_offer
WHERE id IN (SELECT offer_id FROM offers_taken WHERE use_id = ANY(%(uses)s)) ORDER BY id FOR NO KEY UPDATE
"""
_RELEASE = f"""
WITH gone AS (
    UPDATE offers_taken AS t SET counts = FALSE WHERE {_OF_USES}
    RETURNING t.use_id, t.offer_id, t.code_id, t.amount_minor
), fewer AS (
    UPDATE offers_offer AS o SET uses = o.uses - g.uses, taken_minor = o.taken_minor - g.amount
    FROM (SELECT offer_id, count(*) AS uses, sum(amount_minor) AS amount FROM gone GROUP BY offer_id) AS g
    WHERE o.id = g.offer_id
), opened AS (
    UPDATE offers_code SET state = 'open', closed_at = NULL
    WHERE id IN (SELECT code_id FROM gone) AND serial > 0 AND state IN ('reserved', 'used')
)
SELECT DISTINCT use_id FROM gone
"""  # noqa: S608 (a condition of ours)
_FREE = """
SELECT offers_are_free(u.profile_id, array_agg(t.offer_id ORDER BY t.offer_id),
                       array_agg(t.code_id ORDER BY t.offer_id),
                       array_agg(t.amount_minor ORDER BY t.offer_id), TRUE)
FROM offers_use AS u JOIN offers_taken AS t ON t.use_id = u.id
WHERE u.id = %s AND NOT t.counts GROUP BY u.id
"""
_TAKE = """
WITH again AS (
    UPDATE offers_taken SET counts = TRUE WHERE use_id = %(use)s AND NOT counts
    RETURNING offer_id, code_id, amount_minor
), more AS (
    UPDATE offers_offer AS o SET uses = o.uses + 1, taken_minor = o.taken_minor + a.amount_minor
    FROM again AS a WHERE o.id = a.offer_id
)
UPDATE offers_code SET state = 'used', closed_at = %(at)s
WHERE id IN (SELECT code_id FROM again) AND serial > 0
"""
_USED = """
UPDATE offers_code SET state = 'used', closed_at = %(at)s
WHERE id IN (SELECT code_id FROM offers_taken WHERE use_id = ANY(%(uses)s) AND counts) AND serial > 0
"""


def lock_offers(use_ids: Collection[int]) -> None:
    """Lock all offers of these uses, so that nobody waits in a circle."""
    with connection.cursor() as cursor:
        cursor.execute(_LOCK, {"uses": sorted(use_ids)})


def release(use_ids: Collection[int], *, given_back: bool = False) -> set[int]:
    """Let go of what these uses hold, which the caller has locked; gives those that held anything.

    `given_back`: only of the offers that can be used again when all of an order came back.
    """
    if not use_ids:
        return set()
    values: dict[str, Any] = {"uses": sorted(use_ids), "given_back": given_back}
    lock_offers(use_ids)
    with connection.cursor() as cursor:
        cursor.execute(_RELEASE, values)
        return {id_ for (id_,) in cursor.fetchall()}


def take_again(use_id: int, *, at: datetime) -> bool:
    """Take once more what a use, which the caller has locked, has let go; False: others have used it up."""
    with connection.cursor() as cursor:
        cursor.execute(_FREE, [use_id])
        found = cursor.fetchone()
        if found is not None and not found[0]:
            return False
        cursor.execute(_TAKE, {"use": use_id, "at": at})
        return True


def mark_used(use_ids: Collection[int], *, at: datetime) -> None:
    """The codes of these uses are used now."""
    with connection.cursor() as cursor:
        cursor.execute(_USED, {"uses": sorted(use_ids), "at": at})
