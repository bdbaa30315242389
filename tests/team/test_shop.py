"""What is said of the shop."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.team.conftest import NOW, Make

from regulars.team import queries, services
from regulars.team.errors import UnknownZone
from regulars.team.models import AuditLogEntry, Shop
from regulars.team.types import Role, ShopProfile, Trade

SHOP = ShopProfile(
    name="Чайная лавка",
    timezone="Asia/Yekaterinburg",
    currency="KZT",
    margin=Decimal("0.425"),
    trade=Trade.RESTAURANT,
    return_window_days=0,
)


def test_before_anything_is_said_there_are_defaults(db: None) -> None:
    assert queries.shop() == ShopProfile()


def test_what_is_said_is_kept_and_changes_are_noted_by_field(make: Make) -> None:
    owner = make(Role.OWNER).pk
    services.save_shop(shop=SHOP, user_id=owner, now=NOW)
    assert queries.shop() == replace(SHOP, set_up_at=NOW)
    services.save_shop(shop=replace(SHOP, currency="RUB", margin=None), user_id=owner, now=NOW)
    services.save_shop(shop=replace(SHOP, currency="RUB", margin=None), user_id=owner, now=NOW)
    assert queries.shop().set_up_at == NOW
    noted = [line.details["fields"] for line in AuditLogEntry.objects.order_by("pk")]
    assert noted == [
        ["name", "timezone", "currency", "margin", "trade", "return_window_days"],
        ["currency", "margin"],
    ]


def test_unknown_zone_is_refused_and_one_that_went_is_replaced(make: Make) -> None:
    owner = make(Role.OWNER).pk
    for zone in ("Moscow", "Europe/Mos cow", "../etc/passwd", "Europe", ""):
        with pytest.raises(UnknownZone):
            services.save_shop(shop=replace(SHOP, timezone=zone), user_id=owner, now=NOW)
    services.save_shop(shop=SHOP, user_id=owner, now=NOW)
    Shop.objects.update(timezone="Mars/Olympus")
    assert queries.shop().timezone == "UTC"


def test_demo_shop_is_forgotten_and_an_own_one_never(make: Make) -> None:
    owner = make(Role.OWNER).pk
    services.save_shop(shop=SHOP, user_id=None, now=NOW)
    assert queries.shop().demo
    assert services.forget_demo(user_id=owner, now=NOW)
    assert queries.shop().set_up_at is None
    services.save_shop(shop=SHOP, user_id=owner, now=NOW)
    assert not queries.shop().demo
    assert not services.forget_demo(user_id=owner, now=NOW)
    assert queries.shop().set_up_at == NOW
    assert AuditLogEntry.objects.filter(action="demo_removed").count() == 1
