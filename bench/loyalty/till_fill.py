"""A shop whose tills are about to sell, and whose log is ready for it; prints a till's key.

`python -m bench.loyalty.till_fill CUSTOMERS`
"""

from __future__ import annotations

import sys

from bench.loyalty import quote_fill
from regulars.events.services import ensure_consumers, make_months, open_epoch_if_moved
from regulars.kit import clock


def main(customers: int) -> None:
    # As a worker does when it begins: not while the tills sell already.
    now = clock.now()
    open_epoch_if_moved(now=now)
    make_months(now=now)
    ensure_consumers(now=now)
    quote_fill.main(customers)


if __name__ == "__main__":
    main(int(sys.argv[1]))
