"""Whether offers run that apply without a code: a process keeps what it read for a moment."""

from __future__ import annotations

from datetime import datetime
from typing import NamedTuple

from regulars.kit import sql
from regulars.kit.kept import Kept

_RUNNING = """
SELECT currency, since, until FROM offers_offer WHERE state = 'running' AND kind IN ('personal', 'prices')
"""


class _Span(NamedTuple):
    """When such an offer counts, and for carts in which money."""

    currency: str
    since: datetime | None
    until: datetime | None


running: Kept[list[_Span]] = Kept(lambda: [_Span._make(one) for one in sql.rows(_RUNNING)])
"""Those whose state is running; whoever moves an offer has it forgotten."""


def any_by_itself(currency: str, at: datetime) -> bool:
    """Whether one may apply at that moment to a cart in that currency."""
    return any(
        one.currency == currency
        and (one.since is None or one.since <= at)
        and (one.until is None or one.until > at)
        for one in running.get()
    )
