"""How the programme goes: who takes part, what was given, spent and lost, span by span.

Spans are by the moment something was written into the books, so that a span that is over stays as it was.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from regulars.kit import sql
from regulars.loyalty.types import POINTS, Cause
from regulars.loyalty.types.books import Activity, Flow

_GIVES = "('issued', 'compensation', 'adjustments', 'partner')"
_GIVEN = f"""(CASE WHEN from_account IN {_GIVES} THEN amount_minor ELSE 0 END
    - CASE WHEN to_account IN {_GIVES} THEN amount_minor ELSE 0 END)"""


def _net(account: str) -> str:
    return (
        f"sum(CASE '{account}' WHEN to_account THEN amount_minor WHEN from_account THEN -amount_minor "
        "ELSE 0 END)::bigint"
    )


_SUMS = f"""
    sum(CASE WHEN cause <> 'opening' THEN {_GIVEN} ELSE 0 END)::bigint,
    sum(CASE WHEN cause = 'opening' THEN {_GIVEN} ELSE 0 END)::bigint,
    {_net("redeemed")}, {_net("expired")}
"""
_FLOWS = f"""
SELECT width_bucket(recorded_at, %(bounds)s::timestamptz[]), {_SUMS}
FROM loyalty_posting
WHERE recorded_at >= %(first)s AND recorded_at < %(last)s AND currency = %(currency)s
GROUP BY 1
"""  # noqa: S608 (our own words)
_ACTIVE = """
SELECT width_bucket(t.recorded_at, %(bounds)s::timestamptz[]), count(DISTINCT p.person_id)
FROM (
    SELECT DISTINCT ON (wallet_id, width_bucket(recorded_at, %(bounds)s::timestamptz[]))
           wallet_id, recorded_at
    FROM loyalty_posting
    WHERE recorded_at >= %(first)s AND recorded_at < %(last)s AND currency = %(currency)s
      AND cause = ANY(%(causes)s)
) AS t
JOIN loyalty_wallet AS w ON w.id = t.wallet_id
JOIN customers_profile AS p ON p.id = w.profile_id
GROUP BY 1
"""
_MEMBERS = """
SELECT count(DISTINCT p.person_id) FROM loyalty_wallet AS w
JOIN customers_profile AS p ON p.id = w.profile_id WHERE w.currency = %s
"""


def count_members() -> int:
    """How many customers have an account of points."""
    return int(sql.value(_MEMBERS, [POINTS]))


def flows(bounds: Sequence[datetime]) -> list[Flow]:
    """What moved between each of these moments (ascending) and the next; one fewer than moments."""
    found = {}
    for number, *sums in sql.rows(_FLOWS, _span(bounds)):
        found[number] = Flow(*sums)
    return [found.get(number, Flow()) for number in range(1, len(bounds))]


def activity(bounds: Sequence[datetime]) -> list[Activity]:
    """The same, with how many customers earned or spent something in each span."""
    causes = [cause.value for cause in (Cause.EARNED, Cause.SPENT)]
    active = dict(sql.rows(_ACTIVE, _span(bounds) | {"causes": causes}))
    return [Activity(flow, active.get(number, 0)) for number, flow in enumerate(flows(bounds), start=1)]


def _span(bounds: Sequence[datetime]) -> dict[str, Any]:
    return {"bounds": list(bounds), "first": bounds[0], "last": bounds[-1], "currency": POINTS}
