"""What segments ask of tiers and points."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest
from tests.loyalty.shop_with_points import NOW
from tests.loyalty.tiered import DAY, Tiered, person_of

from regulars.loyalty import services
from regulars.segments import queries as segments
from regulars.segments.queries.fitting import Asked, fits

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> Tiered:
    return Tiered()


def _fit(shop: Tiered, key: str, test: Mapping[str, Any], after: timedelta = DAY) -> list[str]:
    condition = {"node": "attribute", "attribute": f"loyalty.{key}", "test": test}
    segments.check_condition(condition)
    asked = [
        Asked(number, person_of(profile), NOW + after)
        for number, profile in enumerate((shop.anna, shop.boris))
    ]
    found = fits(conditions={"it": condition}, asked=asked)["it"]
    return [name for number, name in enumerate(("anna", "boris")) if number in found]


def test_tiers(shop: Tiered) -> None:
    shop.buy(1_000, at=NOW)
    shop.buy(6_000, at=NOW, profile_id=shop.boris)
    assert _fit(shop, "tier", {"is": "one_of", "values": ["silver"]}) == ["anna"]
    assert _fit(shop, "tier", {"is": "one_of", "values": ["silver", "gold"]}) == ["anna", "boris"]
    assert _fit(shop, "tier_since", {"is": "days_ago", "at_most": 1}) == ["anna", "boris"]


def test_a_tier_is_over_when_its_time_is(shop: Tiered) -> None:
    number = shop.buy(1_000, at=NOW)
    shop.give_back(number, 1_000, ordered_at=NOW, back=1_000, at=NOW + DAY)
    assert _fit(shop, "tier", {"is": "one_of", "values": ["silver"]}) == ["anna"]
    assert _fit(shop, "tier", {"is": "one_of", "values": ["silver"]}, 60 * DAY) == []


def test_points(shop: Tiered) -> None:
    shop.tell(shop.order(1_000))
    more = {"is": "range", "low": "50"}
    assert _fit(shop, "spendable", more) == ["anna"]
    assert _fit(shop, "spendable", {"is": "range", "high": "0"}) == ["boris"]
    assert _fit(shop, "last_earned", {"is": "days_ago", "at_most": 1}) == ["anna"]
    assert _fit(shop, "last_spent", {"is": "days_ago", "at_most": 10}) == []
    assert _fit(shop, "expiring", more) == []
    assert _fit(shop, "expiring", more, 340 * DAY) == ["anna"]
    shop.spend(20, order="1002", at=NOW + DAY)
    assert _fit(shop, "spendable", more) == []
    assert _fit(shop, "last_spent", {"is": "days_ago", "at_most": 10}, 2 * DAY) == ["anna"]


def test_who_has_points_that_ended_has_none_to_spend(shop: Tiered) -> None:
    shop.tell(shop.order(1_000))
    assert _fit(shop, "spendable", {"is": "range", "low": "1"}, 400 * DAY) == ["anna"]
    while services.run_day(now=NOW + 400 * DAY, limit=100) >= 100:
        pass
    assert _fit(shop, "spendable", {"is": "range", "low": "1"}, 400 * DAY) == []
