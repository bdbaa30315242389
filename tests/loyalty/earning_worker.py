"""A worker in a process of its own: reads the log for points until there were so many orders.

`python -m tests.loyalty.earning_worker ORDERS`
"""

from __future__ import annotations

import sys
import time

import django

django.setup()

from regulars.events import registry  # noqa: E402
from regulars.events import services as events  # noqa: E402
from regulars.kit import clock  # noqa: E402
from regulars.loyalty.handlers import CONSUMERS  # noqa: E402
from regulars.loyalty.models import EarnedOrder  # noqa: E402

SECONDS_MAX = 90


def main(orders: int) -> None:
    until = time.monotonic() + SECONDS_MAX
    with registry.only_consumers(*CONSUMERS):
        while EarnedOrder.objects.count() < orders:
            if time.monotonic() > until:
                raise RuntimeError(f"{EarnedOrder.objects.count()} of {orders} orders earned")
            events.drain(now=clock.now())


if __name__ == "__main__":
    main(int(sys.argv[1]))
