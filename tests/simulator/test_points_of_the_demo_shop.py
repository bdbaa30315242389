"""The demo shop's points were earned, spent, given back and expired as in any shop."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.utils import translation

from regulars.analytics.wording.numbers import Formats
from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine
from regulars.customers import queries as customers
from regulars.events.models import Event
from regulars.events.queries.reading import BODY, COLUMNS
from regulars.events.types import Batch, LoggedEvent
from regulars.loyalty import queries
from regulars.loyalty.handlers import CONSUMERS
from regulars.loyalty.models import FriendReferral, Grant, Posting, ProgrammeVersion, TierStanding, Wallet
from regulars.loyalty.queries.engagement import parts_doing
from regulars.loyalty.types import Cause
from regulars.loyalty.types.rewards import RewardKind
from regulars.loyalty.wording.as_read import as_read
from regulars.offers import queries as offers
from regulars.simulator import clearing, demo
from regulars.simulator.models import DemoShop
from regulars.simulator.programme import programme

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def log() -> list[LoggedEvent]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {COLUMNS}, {BODY} FROM events ORDER BY id")
        return [LoggedEvent._make(row) for row in cursor.fetchall()]


@pytest.mark.slow
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
    logged = log()
    for history in (consumer for consumer in CONSUMERS if consumer.backfill):
        events = [event for event in logged if event.name in (history.names or ())]
        assert len(events) > (300 if history.name == "loyalty.orders_of_history" else 0), history.name
        for start in range(0, len(events), history.batch):
            history.handle(Batch(events[start : start + history.batch], NOW))
        assert Posting.objects.count() == before, history.name


@pytest.mark.slow
@pytest.mark.django_db(transaction=True)
def test_customers_do_all_that_the_programme_offers() -> None:
    demo.fill(now=NOW, seed=5, customers=250)
    shop = DemoShop.objects.get()
    given = Counter(Grant.objects.values_list("mechanic", "part"))
    for part in (
        ("challenge", "coffee"),
        ("challenge", "thrice"),
        ("day", "birthday"),
        ("referral", "friend"),
    ):
        assert given[part] > 0, part
    states = Counter(Grant.objects.values_list("kind", "state"))
    assert states["gift", "used"] > 0
    assert states["coupon", "used"] > 0
    coupons = [reward for reward in queries.rewards() if reward.kind is RewardKind.COUPON]
    assert coupons[0].taken > 0
    for language in ("ru", "en"):
        with translation.override(language):
            formats = Formats(language, "RUB")
            read = as_read(
                programme(), title="", formats=formats, return_window_days=14, rewards=queries.rewards()
            )
        assert read.fits, (language, read.lines)
    assert TierStanding.objects.filter(tier="guest").exists()
    assert FriendReferral.objects.filter(state="rewarded").exists()
    assert queries.reward_figures(since=datetime.min.replace(tzinfo=UTC), until=NOW + DAY).pieces > 0
    spring, flyer = (offers.offer(number) for number in shop.offers)
    assert spring is not None
    assert flyer is not None
    assert spring.uses > 0
    first = (NOW - 400 * DAY).date()
    doing = {one.key: one for one in parts_doing(first=first, since=NOW - 400 * DAY, until=NOW)}
    assert doing["rule:wednesday"].people > doing["rule:ware"].people > 0
    assert "rule:rarity" not in doing
    while clearing.clear(now=NOW, limit=5_000):
        pass
    assert not Grant.objects.exists()
    assert not ProgrammeVersion.objects.exists()
    assert offers.offers(by_hand=False) == []
    assert queries.rewards(removed=True) == []


@pytest.mark.slow
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
