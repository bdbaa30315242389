"""Who decides beside the shop's rhythm at which stage a customer is: a domain above, by the shop's rules."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from regulars.analytics.types import Stage

OwnStages = Mapping[Stage, Sequence[int]]
"""For each stage that has a rule of the shop's own: the persons it fits. The first stage that fits counts, as
with the rules of the rhythm, in the order of `rules.rhythm.STAGES`; "new" is whoever is left."""

StageSource = Callable[[datetime, Sequence[int] | None], OwnStages]
"""Who fits at a moment, among some persons or (None) among everybody. Asked in no open transaction."""

_sources: list[StageSource] = []


def register_stages(source: StageSource) -> None:
    """Have stages decided by the shop's own rules. Raises ValueError for a second source."""
    if _sources:
        raise ValueError("the shop's own stages have a source already")
    _sources.append(source)


def own_stages(now: datetime, persons: Sequence[int] | None = None) -> OwnStages:
    """Whom the shop's own rules fit; empty where it has none."""
    return _sources[0](now, persons) if _sources else {}
