"""The demo shop's points were earned, spent, given back and expired as in any shop."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection

from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine
from regulars.customers import queries as customers
from regulars.events.models import Event
from regulars.events.queries.reading import BODY, COLUMNS
from regulars.events.types import Batch, LoggedEvent
from regulars.loyalty import queries
from regulars.loyalty.handlers import CONSUMERS
from regulars.loyalty.models import Posting, ProgrammeVersion, Wallet
from regulars.loyalty.types import Cause
from regulars.simulator import clearing, demo
from regulars.simulator.models import DemoShop

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


def log() -> list[LoggedEvent]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS}, {BODY} FROM events ORDER BY id")
        return [LoggedEvent._make(row) for row in cursor.fetchall()]


@pytest.mark.django_db
def test_the_books_tell_of_all_that_happens_to_points() -> None:
    demo.fill(now=NOW, seed=5, customers=150)
    causes = Counter(Posting.objects.values_list("cause", flat=True))
    for cause in (
        Cause.EARNED,
        Cause.BECAME_USABLE,
        Cause.SPENT,
        Cause.EXPIRED,
        Cause.TAKEN_BACK,
    ):
        assert causes[cause] > 0, cause
    assert queries.verify().findings == ()
    first, last = Posting.objects.order_by("recorded_at").values_list("recorded_at", flat=True)[:1], NOW
    assert last - first[0] > timedelta(days=300)
    assert not Event.objects.filter(backfill=False).exists()
    version = ProgrammeVersion.objects.get()
    assert version.since < NOW - timedelta(days=300)
    assert DemoShop.objects.get().programme == version.pk
    # The worker reads all of it once more, as history, and has nothing to put right.
    before = Posting.objects.count()
    (history,) = (consumer for consumer in CONSUMERS if consumer.backfill)
    events = [event for event in log() if event.name in (history.names or ())]
    assert len(events) > 300
    for start in range(0, len(events), history.batch):
        history.handle(Batch(events[start : start + history.batch], NOW))
    assert Posting.objects.count() == before


@pytest.mark.django_db
def test_who_became_a_customer_of_the_shop_keeps_their_points() -> None:
    demo.fill(now=NOW, seed=5, customers=40)
    wallet = Wallet.objects.filter(available_minor__gt=0).earliest("id")
    order = Order(
        source="shop",
        external_id="1",
        profile_id=wallet.profile_id,
        ordered_at=NOW,
        currency="RUB",
        lines=(OrderLine(amount_minor=100_000),),
    )
    commerce.record_orders(orders=[order], now=NOW)
    while clearing.clear(now=NOW, limit=5_000):
        pass
    assert list(Wallet.objects.values_list("profile_id", "available_minor")) == [
        (wallet.profile_id, wallet.available_minor)
    ]
    assert customers.profiles([wallet.profile_id])
    assert queries.verify().findings == ()
