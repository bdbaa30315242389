"""What bringing friends comes to, and the list of who brought whom."""

from __future__ import annotations

from datetime import datetime

from regulars.kit import sql
from regulars.loyalty.queries.referring import referrals
from regulars.loyalty.types.referring import ReferralFigures, ReferralRow, ReferralState, Refused

_FIGURES = """
SELECT count(*),
    count(*) FILTER (WHERE r.state <> 'refused'),
    count(*) FILTER (WHERE r.state <> 'refused' AND r.order_id IS NOT NULL),
    count(*) FILTER (WHERE r.state = 'rewarded'),
    count(DISTINCT p.person_id)
FROM loyalty_friendreferral AS r JOIN customers_profile AS p ON p.id = r.referrer_id WHERE r.told_at > %s
"""
_REASONS = """
SELECT reason, count(*) FROM loyalty_friendreferral WHERE told_at > %s AND state = 'refused'
GROUP BY reason ORDER BY count(*) DESC, reason
"""
_GIVEN = """
SELECT COALESCE(sum(points_minor), 0)::bigint, count(*) FILTER (WHERE kind = 'coupon'),
    COALESCE(sum(cost_minor), 0)::bigint
FROM loyalty_grant
WHERE mechanic = 'referral' AND part IN ('referrer', 'friend') AND given_at > %s AND state <> 'withdrawn'
"""
_PAGE = """
SELECT id FROM loyalty_friendreferral
WHERE (%(state)s = '' OR state = %(state)s) AND (%(reason)s = '' OR reason = %(reason)s)
  AND (%(before)s::bigint IS NULL OR id < %(before)s)
ORDER BY id DESC LIMIT %(most)s
"""


def referral_figures(*, since: datetime) -> ReferralFigures:
    """Friends who came after that moment, and what was given for friends after it."""
    ((told, taken, bought, rewarded, referrers),) = sql.rows(_FIGURES, [since])
    ((points, coupons, cost),) = sql.rows(_GIVEN, [since])
    return ReferralFigures(
        told=told,
        taken=taken,
        bought=bought,
        rewarded=rewarded,
        referrers=referrers,
        reasons=dict(sql.rows(_REASONS, [since])),
        points_minor=points,
        coupons=coupons,
        cost_minor=cost,
    )


def referrals_page(
    *,
    state: ReferralState | None = None,
    reason: Refused | None = None,
    before: int | None = None,
    limit: int,
) -> list[ReferralRow]:
    """Who brought whom, what was told last first; `before`: the last number of the page above."""
    values = {
        "state": state.value if state else "",
        "reason": reason or "",
        "before": before,
        "most": limit,
    }
    found = referrals(sql.column(_PAGE, values))
    return sorted(found, key=lambda row: row.id, reverse=True)
