"""Seeing each night that orders still count for challenges as they stand.

What the log does not tell of, such as an import that was undone, is found here.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta

from regulars.kit import sql
from regulars.loyalty.services.challenges import count_orders
from regulars.loyalty.services.orders import ORDERS_MAX
from regulars.loyalty.services.sweeping import SWEPT_DAYS
from regulars.loyalty.types import OrderTold

# In the order in which they came, the newest first: of a page that is older as a whole nothing newer follows.
_PAGE = """
SELECT ref, max(at) FROM loyalty_stamp WHERE of_order AND ref < %s
GROUP BY ref ORDER BY ref DESC LIMIT %s
"""


def count_orders_again(*, now: datetime) -> None:
    """Put right what orders of the last SWEPT_DAYS count for, outside of transactions."""
    for order_ids in _pages(now - timedelta(days=SWEPT_DAYS)):
        count_orders(told=[OrderTold(order_id=id_, at=now) for id_ in order_ids], now=now)


def _pages(since: datetime) -> Iterator[list[int]]:
    before = 2**63 - 1
    while True:
        page = sql.rows(_PAGE, [before, ORDERS_MAX])
        if not page or all(at < since for _ref, at in page):
            return
        yield [ref for ref, _at in page]
        before = page[-1][0]
