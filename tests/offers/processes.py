"""Clients of a coupon in a process of their own: `python -m tests.offers.processes NAME`.

It says how many of them got it.
"""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

CLIENTS, THREADS = 250, 5


def main(name: str) -> None:
    from regulars.offers import services
    from regulars.offers.errors import CouponsRefused
    from regulars.offers.types import Cart, CartLine, NewUse

    now = datetime(2026, 3, 15, 12, tzinfo=UTC)
    cart = Cart(currency="RUB", lines=(CartLine(amount_minor=100_000),))

    def tries(number: int) -> bool:
        new = NewUse(
            key=f"{name}/{number}",
            cart=cart,
            codes=("SPRING",),
            at=now,
            lasts_until=now + timedelta(minutes=30),
        )
        try:
            services.reserve(new=new, now=now)
        except CouponsRefused:
            return False
        return True

    with ThreadPoolExecutor(THREADS) as pool:
        print(sum(pool.map(tries, range(CLIENTS))), flush=True)


if __name__ == "__main__":
    import django

    django.setup()
    main(sys.argv[1])
