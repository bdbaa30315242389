"""Whom the programme promises to be served first: colleagues have to see it where their work stands."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from regulars.loyalty import queries as loyalty


def served_first(person_ids: Collection[int], *, at: datetime) -> frozenset[int]:
    """Those of them who have a tier with priority service."""
    version = loyalty.current(at) if person_ids else None
    tiers = version.programme.tiers if version and version.programme.running else None
    keys = {tier.key for tier in tiers.levels if tier.brings.priority_service} if tiers else set()
    if not keys:
        return frozenset()
    standings = loyalty.tiers_of(person_ids=list(person_ids), at=at)
    return frozenset(id_ for id_, standing in standings.items() if standing.tier in keys)
