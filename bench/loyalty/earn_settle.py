"""Orders of a day earn and count for challenges, so many at once:
`python -m bench.loyalty.earn_settle SIDE FIRST ORDERS AT_ONCE`, where SIDE is `plain` or `rich`.
"""

from __future__ import annotations

import sys
from datetime import timedelta

import django

django.setup()

from django.db.models import Sum  # noqa: E402

from bench.loyalty.earn_fill import DAY, SINCE, SOURCE, number  # noqa: E402
from bench.processes import measured  # noqa: E402
from regulars.commerce import queries as commerce  # noqa: E402
from regulars.loyalty import services  # noqa: E402
from regulars.loyalty.models import EarnedOrder  # noqa: E402
from regulars.loyalty.types import OrderTold  # noqa: E402


def main(side: str, first: int, orders: int, at_once: int) -> None:
    now = SINCE[side] + DAY - timedelta(seconds=1)  # while the programme of that day holds
    ids: list[int] = []
    for start in range(first, first + orders, 5_000):
        keys = [(SOURCE, number(side, n)) for n in range(start, min(start + 5_000, first + orders))]
        found = commerce.order_ids(keys)
        ids += [found[key] for key in keys]

    def settle() -> dict[str, int]:
        for start in range(0, orders, at_once):
            told = [OrderTold(order_id=id_, at=now, began=True) for id_ in ids[start : start + at_once]]
            services.settle_orders(told=told, now=now)
            services.count_orders(told=told, now=now)
        return _came_of_it(ids)

    measured(settle)


def _came_of_it(ids: list[int]) -> dict[str, int]:
    earned = EarnedOrder.objects.filter(order_id__in=ids)
    rules = earned.filter(shares__has_any_keys=["rule:rule-1", "rule:rule-3"]).count()
    return {"orders": earned.count(), "by_rules": rules, **earned.aggregate(points=Sum("points_minor"))}


if __name__ == "__main__":
    main(sys.argv[1], *map(int, sys.argv[2:]))
