"""Orders earn, so many at once: `python -m bench.loyalty.batch_settle FIRST ORDERS AT_ONCE`."""

from __future__ import annotations

import sys
from datetime import timedelta

import django

django.setup()

from django.db.models import Sum  # noqa: E402

from bench.loyalty.batch_fill import NOW, SOURCE, number  # noqa: E402
from bench.processes import measured  # noqa: E402
from regulars.commerce import queries as commerce  # noqa: E402
from regulars.loyalty import services  # noqa: E402
from regulars.loyalty.models import Lot  # noqa: E402
from regulars.loyalty.types import OrderTold  # noqa: E402

TOLD_AT = NOW + timedelta(days=1)


def main(first: int, orders: int, at_once: int) -> None:
    numbers = [number(n) for n in range(first, first + orders)]
    ids = commerce.order_ids([(SOURCE, name) for name in numbers])
    told = [OrderTold(order_id=ids[SOURCE, name], at=TOLD_AT, began=True) for name in numbers]

    def settle() -> dict[str, int]:
        for start in range(0, orders, at_once):
            services.settle_orders(told=told[start : start + at_once], now=TOLD_AT)
        lots = Lot.objects.filter(order_source=SOURCE, order_id__in=numbers)
        return {"lots": lots.count(), **lots.aggregate(points=Sum("pending_minor"))}

    measured(settle)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:]))
