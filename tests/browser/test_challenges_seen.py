"""The pages of challenges as people see them: narrow and wide, light and dark, in both languages."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from tests.browser.conftest import Visit, overflow, serious_findings

from regulars.commerce import services as commerce
from regulars.commerce.models import Order as StoredOrder
from regulars.commerce.types import Order, OrderLine
from regulars.customers import services as customers
from regulars.customers.types import NewProfile
from regulars.kit import clock
from regulars.loyalty import services
from regulars.loyalty.types import OrderTold, Programme
from regulars.team.models import User

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
DAY = timedelta(days=1)
POINTS = {"kind": "points", "points_minor": 10_000}
CHALLENGES: list[dict[str, Any]] = [
    {
        "key": "coffee",
        "name": "Шестая чашка кофе в подарок",
        "shape": "stamps",
        "counted": {"kind": "orders"},
        "times": 6,
        "repeats": True,
        "benefit": {"kind": "gift", "name": "Капучино", "cost_minor": 9_000},
    },
    {
        "key": "month",
        "name": "Три заказа в месяц",
        "counted": {"kind": "orders", "total_from_minor": 50_000},
        "times": 3,
        "window": "days",
        "days": 60,
        "benefit": POINTS,
    },
    {
        "key": "review",
        "name": "Отзыв о покупке",
        "shape": "review",
        "counted": {"kind": "events", "event": "review_left"},
        "window": "month",
        "benefit": POINTS,
    },
]
BIRTHDAY = {"key": "birthday", "name": "День рождения", "before": 7, "after": 7, "benefit": POINTS}


@pytest.fixture
def shop(owner: User) -> None:
    now = clock.now()
    document = {"currency": "RUB", "challenges": CHALLENGES, "personal_days": [BIRTHDAY]}
    programme = Programme.model_validate(document)
    services.publish(programme=programme, since=None, now=now - 100 * DAY, user_id=None)
    for number in range(12):
        name = f"Анна Смирнова-Константинопольская {number}"
        new = NewProfile(source="shop", external_id=f"C-{number}", name=name)
        (profile,) = customers.upsert_profiles(profiles=[new], now=now).ids.values()
        orders = [
            Order(
                source="shop",
                external_id=f"{number}-{n}",
                profile_id=profile,
                ordered_at=now - (n * 6 + number) * DAY,
                currency="RUB",
                lines=(OrderLine(amount_minor=100_000),),
            )
            for n in range(number)
        ]
        commerce.record_orders(orders=orders, now=now)
    ids = list(StoredOrder.objects.values_list("id", flat=True))
    told = [OrderTold(order_id=id_, at=now, began=True) for id_ in ids]
    services.count_orders(told=told, now=now)


@pytest.mark.parametrize(("language", "theme", "width"), [("en", "light", 1280), ("ru", "dark", 360)])
@pytest.mark.parametrize("path", ["/loyalty/challenges/", "/loyalty/challenges/coffee/"])
def test_pages_fit_and_axe_finds_nothing_serious(
    shop: None, owner: User, visit: Visit, path: str, language: str, theme: str, width: int
) -> None:
    visitor = visit(language=language, theme=theme, width=width)
    page = visitor.enter(owner, path)
    assert overflow(page) == 0
    assert serious_findings(page) == []


def test_a_challenge_leads_to_who_is_near_it_by_keyboard(shop: None, owner: User, visit: Visit) -> None:
    visitor = visit(language="ru", scripts=False)
    page = visitor.enter(owner, "/loyalty/challenges/")
    page.get_by_role("link", name="Шестая чашка кофе в подарок").press("Enter")
    page.get_by_role("heading", name="Кто близко к цели?").wait_for()
    page.get_by_role("link", name="Анна Смирнова-Константинопольская 11").press("Enter")
    page.get_by_role("heading", name="Анна Смирнова-Константинопольская 11").wait_for()
