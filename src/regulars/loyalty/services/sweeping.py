"""Seeing each night that what orders earned is still what they come to.

What the log does not tell of, such as an import that was undone, is found here.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from regulars.commerce import queries as commerce
from regulars.commerce.types import SourceKey
from regulars.kit import sql
from regulars.loyalty.models import EarnedOrder, UnearnedOrder
from regulars.loyalty.queries.programme import holding, versions
from regulars.loyalty.services.orders import ORDERS_MAX, differing, settle_orders
from regulars.loyalty.services.settling import settle
from regulars.loyalty.types import OrderTold, Wanted

SWEPT_DAYS = 60
"""What was earned longer ago than that is left: imports are undone soon or never."""
PAGE = 5_000

# In the order in which they came, the newest first: of a page that is older as a whole nothing newer follows.
_PAGE = """
SELECT l.id, l.key, w.profile_id, l.earned_at, l.order_source, l.order_id
FROM loyalty_lot AS l JOIN loyalty_wallet AS w ON w.id = l.wallet_id
WHERE l.id < %s AND l.order_id <> '' AND l.settled_minor > 0
ORDER BY l.id DESC LIMIT %s
"""
_GONE = "SELECT order_id FROM loyalty_unearnedorder WHERE order_id > %s ORDER BY order_id LIMIT %s"


@dataclass(frozen=True, slots=True)
class _Earned:
    id: int
    key: str
    profile_id: int
    earned_at: datetime
    order: SourceKey


def settle_again(*, now: datetime) -> int:
    """Put right what orders of the last SWEPT_DAYS earned, outside of transactions; gives of how many.

    What orders that are gone earned is taken back.
    """
    done = 0
    for page in _pages(now - timedelta(days=SWEPT_DAYS)):
        ids = commerce.order_ids({one.order for one in page})
        done += _take_back([one for one in page if one.order not in ids], now)
        for order_ids in _portions(sorted(set(ids.values()))):
            told = [OrderTold(order_id=id_, at=now) for id_ in differing(order_ids=order_ids, now=now)]
            settle_orders(told=told, now=now)
            done += len(told)
    _forget_gone()
    return done


def _pages(since: datetime) -> Iterator[list[_Earned]]:
    before = 2**63 - 1
    while True:
        page = [
            _Earned(id_, key, profile_id, earned_at, (source, number))
            for id_, key, profile_id, earned_at, source, number in sql.rows(_PAGE, [before, PAGE])
        ]
        if not page or all(one.earned_at < since for one in page):
            return
        yield page
        before = page[-1].id


def _take_back(gone: Sequence[_Earned], now: datetime) -> int:
    """Orders that are nowhere any more have earned nothing."""
    known = versions()
    wanted, when_spent = [], {}
    for one in gone:
        version = holding(known, one.earned_at)
        when_spent[one.key] = version.programme.when_spent if version else "owe"
        wanted.append(
            Wanted(
                key=one.key,
                profile_id=one.profile_id,
                points_minor=0,
                at=now,
                earned_at=one.earned_at,
                usable_at=None,
                expires_at=None,
                order_source=one.order[0],
                order_id=one.order[1],
            )
        )
    _forget_kept({one.profile_id for one in gone})
    return len(settle(wanted=wanted, when_spent=when_spent, now=now))


def _forget_kept(profile_ids: Collection[int]) -> None:
    """By what orders earned that are gone is not kept: it fills up no limit of others."""
    if profile_ids:
        kept = set(EarnedOrder.objects.filter(profile_id__in=profile_ids).values_list("order_id", flat=True))
        EarnedOrder.objects.filter(order_id__in=kept - commerce.order_standings(kept).keys()).delete()


def _forget_gone() -> None:
    """Orders that are gone will not earn later either."""
    after = 0
    while True:
        waiting = sql.column(_GONE, [after, PAGE])
        if not waiting:
            return
        there = commerce.order_standings(waiting).keys()
        UnearnedOrder.objects.filter(order_id__in=set(waiting) - there).delete()
        after = waiting[-1]


def _portions(order_ids: Sequence[int]) -> Iterator[Sequence[int]]:
    for start in range(0, len(order_ids), ORDERS_MAX):
        yield order_ids[start : start + ORDERS_MAX]
