"""All that happened to the points of a customer, with what they had after it."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any

from regulars.kit import sql
from regulars.loyalty.types import POINTS, Cause, StatementLine

PAGE = 50
_OWN = "('pending', 'available', 'held', 'debt')"
# Postings of one moment, cause and occasion are one line. Their numbers are in the order of the books: who
# posts has locked the wallets of the person. What an order gives back may be taken from lots of others, or
# from none: whose fault it is says the key, which begins with that of the order's own lot. What takes back
# something given by hand, or brought over, is told as such.
_LINES = f"""
WITH moved AS (
    SELECT p.id,
           CASE WHEN p.cause <> 'taken_back' THEN p.cause
                WHEN p.key LIKE 'by_hand:%%' THEN 'by_hand'
                WHEN p.key LIKE 'opening:%%' THEN 'opening' ELSE p.cause END AS cause,
           p.at, p.recorded_at, p.amount_minor, p.hold_id,
           coalesce(h.order_source, c.order_source, l.order_source, '') AS order_source,
           coalesce(h.order_id, c.order_id, l.order_id, '') AS order_id,
           CASE WHEN p.key LIKE 'by_hand:%%' THEN split_part(p.key, ':', 2)::bigint END AS adjustment_id,
           l.usable_at, l.expires_at, coalesce(n.name, '') AS named,
           CASE WHEN p.to_account IN {_OWN} THEN p.amount_minor ELSE 0 END
           - CASE WHEN p.from_account IN {_OWN} THEN p.amount_minor ELSE 0 END AS change_minor
    FROM loyalty_wallet AS w
    JOIN loyalty_posting AS p ON p.wallet_id = w.id
    LEFT JOIN loyalty_lot AS l ON l.id = p.lot_id
    LEFT JOIN loyalty_hold AS h ON h.id = p.hold_id
    LEFT JOIN LATERAL (
        SELECT own.order_source, own.order_id FROM loyalty_wallet AS o
        JOIN loyalty_lot AS own ON own.wallet_id = o.id
        WHERE p.cause IN ('taken_back', 'owed', 'written_off') AND o.profile_id = ANY(%(profiles)s)
          AND starts_with(p.key, own.key || ':')
        ORDER BY length(own.key) DESC LIMIT 1
    ) AS c ON true
    LEFT JOIN LATERAL (
        SELECT g.name FROM loyalty_grant AS g WHERE p.key LIKE 'grant:%%' AND g.key = substr(l.key, 7)
        UNION ALL
        SELECT r.name FROM loyalty_rewardorder AS o JOIN loyalty_reward AS r ON r.id = o.reward_id
        WHERE h.key LIKE 'reward:%%' AND o.key = substr(h.key, 8)
        LIMIT 1
    ) AS n ON true
    WHERE w.profile_id = ANY(%(profiles)s) AND w.currency = %(currency)s
), lines AS (
    SELECT max(id) AS id, cause, at, recorded_at, sum(change_minor)::bigint AS change_minor,
           sum(amount_minor)::bigint AS moved_minor, order_source, order_id, hold_id, adjustment_id,
           named, min(usable_at) AS usable_at, min(expires_at) AS expires_at
    FROM moved
    GROUP BY cause, at, recorded_at, order_source, order_id, hold_id, adjustment_id, named,
             sign(change_minor)
), running AS (
    SELECT *, sum(change_minor) OVER (ORDER BY id)::bigint AS balance_minor FROM lines
)
SELECT id, cause, at, recorded_at, change_minor, moved_minor, balance_minor, order_source, order_id,
       hold_id, adjustment_id, usable_at, expires_at, named
FROM running
WHERE (%(before)s::bigint IS NULL OR id < %(before)s::bigint)
  AND (%(moves)s OR change_minor <> 0)
  AND (%(causes)s::text[] IS NULL OR cause = ANY(%(causes)s::text[]))
ORDER BY id DESC
LIMIT %(limit)s
"""  # noqa: S608 (names of accounts of ours)


def statement(
    *,
    profile_ids: Sequence[int],
    causes: Collection[Cause] | None = None,
    moves: bool = False,
    before: int | None = None,
    limit: int = PAGE,
) -> list[StatementLine]:
    """The newest lines of these profiles' points; below the line `before`, for the next page.

    `causes` None: all. `moves`: also those that only moved points between pending, available and held.
    The balance of each line counts all that came before it, shown or not.
    """
    told: dict[str, Any] = {
        "profiles": list(profile_ids),
        "currency": POINTS,
        "before": before,
        "moves": moves,
        "causes": None if causes is None else [cause.value for cause in causes],
        "limit": limit,
    }
    return [_line(*row) for row in sql.rows(_LINES, told)]


def _line(id_: int, cause: str, at: datetime, recorded_at: datetime, *rest: Any) -> StatementLine:
    change, moved, balance, source, order, hold_id, adjustment_id, usable_at, expires_at, named = rest
    return StatementLine(
        id=id_,
        cause=Cause(cause),
        at=at,
        recorded_at=recorded_at,
        change_minor=change,
        moved_minor=moved,
        balance_minor=balance,
        order_source=source,
        order_id=order,
        hold_id=hold_id,
        adjustment_id=adjustment_id,
        usable_at=usable_at,
        expires_at=expires_at,
        named=named,
    )
