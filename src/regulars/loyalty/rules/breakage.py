"""How many of the points that are open now are likely to expire unspent, from this shop's own history."""

from __future__ import annotations

from collections.abc import Iterable

from regulars.loyalty.types.breakage import Breakage, Cohort

OPEN_AT_MOST = 0.01
"""A month is over when no more than that share of its points is still open."""
MONTHS_MIN = 3
LOTS_MIN = 100
"""Fewer say nothing of how customers use points."""
MONTH_LOTS_MIN = 20
"""A month with fewer does not count: two customers would make its share."""


def breakage(cohorts: Iterable[Cohort]) -> Breakage | None:
    """None where too few months are over.

    Of each month that is not over, the share that expired of those that are is expected in the end; what has
    expired already is taken off, and no more can expire than is open. (Chain ladder without development
    factors: the final share is that of the closed years.) Points that never expire are left out.
    """
    finite = [cohort for cohort in cohorts if not cohort.never and cohort.got_minor > 0]
    closed = [c for c in finite if c.lots >= MONTH_LOTS_MIN and c.open_minor <= OPEN_AT_MOST * c.got_minor]
    lots = sum(cohort.lots for cohort in closed)
    if len(closed) < MONTHS_MIN or lots < LOTS_MIN:
        return None
    got = sum(cohort.got_minor for cohort in closed)
    share = sum(cohort.expired_minor for cohort in closed) / got
    shares = [cohort.expired_minor / cohort.got_minor for cohort in closed]
    return Breakage(
        months=len(closed),
        first=min(cohort.month for cohort in closed),
        last=max(cohort.month for cohort in closed),
        lots=lots,
        got_minor=got,
        share=share,
        low_share=min(shares),
        high_share=max(shares),
        expected_minor=_still(finite, share),
        low_minor=_still(finite, min(shares)),
        high_minor=_still(finite, max(shares)),
    )


def _still(cohorts: Iterable[Cohort], share: float) -> int:
    """What is expected to expire yet, if in the end this share does of every month."""
    return sum(min(c.open_minor, max(0, round(share * c.got_minor) - c.expired_minor)) for c in cohorts)
