"""Customers who are known, and an import of as many from another system, each with an address of one of them.

`python -m bench.people.fill CUSTOMERS ROUND`: each round has customers of its own.
"""

from __future__ import annotations

import sys

import django

django.setup()

from datetime import UTC, datetime, timedelta  # noqa: E402

from django.core.management import call_command  # noqa: E402
from django.db import connection  # noqa: E402

from regulars.customers import services  # noqa: E402
from regulars.customers.handlers import MERGE  # noqa: E402
from regulars.customers.types import SHOP, IdentityType, NewProfile  # noqa: E402
from regulars.events import registry  # noqa: E402
from regulars.events import services as events  # noqa: E402
from regulars.kit import clock  # noqa: E402

SINCE = datetime(2026, 1, 1, tzinfo=UTC)
SOURCE = "till"


def bring_in(source: str, count: int, turn: int) -> None:
    """As imports do: in batches, each a transaction."""
    for first in range(0, count, services.PROFILES_MAX):
        services.upsert_profiles(
            profiles=[
                NewProfile(
                    source=source,
                    external_id=f"{turn}-{number}",
                    name=f"Имя{number} Фамилия{number}",
                    created_at=SINCE + timedelta(days=source == SOURCE, seconds=number),
                    identities=((IdentityType.EMAIL, f"somebody{number}@mail{turn}.ru"),),
                )
                for number in range(first, min(first + services.PROFILES_MAX, count))
            ],
            now=clock.now(),
            backfill=True,
        )


def main(count: int, turn: int) -> None:
    call_command("migrate", verbosity=0)
    events.open_epoch_if_moved(now=clock.now())
    with registry.only_consumers(MERGE):
        events.ensure_consumers(now=clock.now())
        bring_in(SHOP, count, turn)
        events.drain(now=clock.now())
    bring_in(SOURCE, count, turn)
    with connection.cursor() as cursor:
        cursor.execute("VACUUM ANALYZE")


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
