"""A programme replayed over real orders in the lake, set-wise, in a process that may be heavy.

Everything is a table of one connection, each made from those before: orders as they stand, the tier of
whoever ordered, what orders earn by the statement that earns every day, goals reached, personal days, what
benefits would have come to; then the sums.
"""

from __future__ import annotations

from array import array
from collections.abc import Callable

from regulars.analytics.services import Lake
from regulars.loyalty.replaying.benefits import make_benefits
from regulars.loyalty.replaying.days import make_days
from regulars.loyalty.replaying.earning import earn_before_tiers, make_earned
from regulars.loyalty.replaying.frame import Frame, year_before
from regulars.loyalty.replaying.goals import MAKE_GIVEN, make_goals
from regulars.loyalty.replaying.orders import LINES, make_orders, shop_tables
from regulars.loyalty.replaying.summing import sum_up
from regulars.loyalty.replaying.tiers import make_tiers
from regulars.loyalty.types.year import YearResult

__all__ = ["Frame", "replay", "shop_tables", "year_before"]

_NOTHING_SOLD = """
CREATE TABLE order_lines (
    kind VARCHAR, order_id BIGINT, profile_id BIGINT, happened_at TIMESTAMPTZ, line INTEGER, product VARCHAR,
    category VARCHAR, quantity VARCHAR, amount_minor BIGINT, currency VARCHAR, channel VARCHAR, branch VARCHAR
)
"""


def replay(lake: Lake, frame: Frame, tell: Callable[[float], None] = lambda _share: None) -> YearResult:
    """Replay it; `lake` has the tables of `shop_tables`. `tell` hears how much of the work is done."""
    _give_fits(lake, frame)
    if LINES not in lake.tables:
        lake.run(_NOTHING_SOLD)
    make_orders(lake, frame)
    tell(0.3)
    tiers = frame.programme.tiers
    if tiers and tiers.measure == "points":
        earn_before_tiers(lake, frame)
    make_tiers(lake, frame)
    tell(0.5)
    make_earned(lake, frame)
    tell(0.8)
    lake.run(MAKE_GIVEN)
    make_goals(lake, frame)
    make_days(lake, frame)
    make_benefits(lake, frame)
    tell(0.9)
    return sum_up(lake, frame)


def _give_fits(lake: Lake, frame: Frame) -> None:
    persons, parts = array("q"), list[str]()
    for part, those in frame.fits.items():
        persons.extend(those)
        parts += [part] * len(those)
    lake.give("fits", {"part": ("VARCHAR", parts), "person": ("BIGINT", persons)})
