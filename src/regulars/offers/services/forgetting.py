"""Taking what made-up customers used out of the offers: of those of a demo shop, and of nobody else."""

from __future__ import annotations

from collections.abc import Collection

from django.db import connection, transaction

# An offer counts what is taken off it; who is removed has not taken anything.
_FORGET = (
    """
    UPDATE offers_offer AS o SET uses = o.uses - t.uses, taken_minor = o.taken_minor - t.minor
    FROM (
        SELECT offer_id, count(*) AS uses, sum(amount_minor) AS minor FROM offers_taken
        WHERE profile_id = ANY(%(profiles)s) AND counts GROUP BY offer_id
    ) AS t
    WHERE o.id = t.offer_id
    """,
    "DELETE FROM offers_taken WHERE profile_id = ANY(%(profiles)s)",
    "DELETE FROM offers_use WHERE profile_id = ANY(%(profiles)s)",
    "DELETE FROM offers_code WHERE profile_id = ANY(%(profiles)s)",
)
_UNUSED = """
SELECT o.id FROM offers_offer AS o
WHERE (o.id = ANY(%(offers)s) OR o.key LIKE 'loyalty:%%')
  AND NOT EXISTS (SELECT FROM offers_taken AS t WHERE t.offer_id = o.id)
  AND NOT EXISTS (SELECT FROM offers_code AS c WHERE c.offer_id = o.id AND c.profile_id IS NOT NULL)
FOR UPDATE OF o
"""


@transaction.atomic
def forget_uses(*, profile_ids: Collection[int]) -> None:
    """Take all that made-up customers were issued and used out of the offers, so that they can be removed."""
    with connection.cursor() as cursor:
        for statement in _FORGET:
            cursor.execute(statement, {"profiles": list(profile_ids)})


@transaction.atomic
def forget_offers(*, offer_ids: Collection[int]) -> None:
    """Take made-up offers away for good, and those of the programme's coupons that nobody has; but for what
    somebody used or was issued."""
    with connection.cursor() as cursor:
        cursor.execute(_UNUSED, {"offers": list(offer_ids)})
        gone = [id_ for (id_,) in cursor.fetchall()]
        cursor.execute("DELETE FROM offers_code WHERE offer_id = ANY(%s)", [gone])
        cursor.execute("DELETE FROM offers_offer WHERE id = ANY(%s)", [gone])
