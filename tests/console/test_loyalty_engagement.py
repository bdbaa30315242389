"""Who takes part, as a page and as a file."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import loyalty_books as books
from tests.console import shops
from tests.console.workbooks import rows_of

from regulars.commerce.models import Order
from regulars.customers.models import Profile
from regulars.loyalty import services
from regulars.loyalty.models import (
    ChallengeProgress,
    EarnedOrder,
    Grant,
    ProgrammeVersion,
    Stamp,
    TierHeld,
    TierStanding,
)
from regulars.loyalty.queries.discounted import discounted, discounts_of
from regulars.loyalty.queries.engagement import Doing, doing_by_tier, enrolled_by_tier, parts_doing
from regulars.loyalty.types import Programme, Version
from regulars.loyalty.types.grants import GrantState, Mechanic
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
NOW, DAY = shops.NOW, timedelta(days=1)
PAGE = "loyalty-engagement"
# Session, user, permissions, shop; versions (two); members, doing (two); parts: orders, offers, what they
# took, grants, rewards; versions, rewards and offers that run; what is owed; orders by tier.
QUERIES = 19


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague(Role.MARKETER))


def _page(client: Client, **asked: str) -> str:
    answer = client.get(reverse(PAGE), asked)
    assert answer.status_code == 200
    return shops.plain(answer.text)


def _publish(since: datetime = NOW - 60 * DAY, **rules: Any) -> Version:
    programme = Programme.model_validate({"currency": "RUB", **rules})
    return services.publish(programme=programme, since=since, now=since, user_id=None)


def _rules() -> dict[str, Any]:
    points = {"kind": "points", "points_minor": 10_000}
    review = {"kind": "events", "event": "review_left"}
    return {
        "rules": [{"key": "tea", "name": "Tea twice", "gives": {"kind": "times", "factor": "2"}}],
        "tiers": {
            "levels": [
                {"key": "gold", "name": "Gold", "from_minor": 10_000, "brings": {"factor": "1.5"}},
            ]
        },
        "challenges": [{"key": "review", "name": "A review", "counted": review, "benefit": points}],
    }


def _order(number: int, person: int, version: Version, tier: str = "", **shares: int) -> None:
    EarnedOrder.objects.create(
        order_id=number,
        profile=Profile.objects.get(person_id=person),
        version=ProgrammeVersion.objects.get(pk=version.id),
        day=(NOW - 5 * DAY).date(),
        tier=tier,
        points_minor=sum(shares.values()),
        shares={key.replace("_", ":"): value for key, value in shares.items()},
    )


def _grant(key: str, person: int, mechanic: Mechanic, part: str, **values: Any) -> None:
    told: dict[str, Any] = {
        "key": key,
        "profile": Profile.objects.get(person_id=person),
        "mechanic": mechanic.value,
        "part": part,
        "name": part,
        "kind": "gift",
        "benefit": {},
        "state": GrantState.GIVEN.value,
        "given_at": NOW - DAY,
    }
    Grant.objects.create(**told | values)


def test_nobody_takes_part_yet(inside: Client) -> None:
    assert "Nobody takes part yet" in _page(inside)


def test_each_person_counts_once_whatever_they_did() -> None:
    anna, boris, vera = (shops.person(name) for name in ("Анна", "Борис", "Вера"))
    earned = books.lot(anna, 100, at=NOW - 40 * DAY)
    books.spend(earned, 10, at=NOW - 2 * DAY)
    books.lot(anna, 50, at=NOW - 3 * DAY)
    books.lot(boris, 50, at=NOW - 10 * DAY)
    books.lot(vera, 50, at=NOW - 200 * DAY)
    _grant("g1", vera, Mechanic.DAY, "birthday", used_at=NOW, state=GrantState.USED.value)
    _grant("g2", boris, Mechanic.DAY, "birthday", state=GrantState.WITHDRAWN.value)
    TierStanding.objects.create(person_id=anna, tier="gold", since=NOW)
    later = NOW + DAY
    assert doing_by_tier(since=NOW - 30 * DAY, until=later) == {"gold": Doing(1, 1, 1), "": Doing(2, 1, 1)}
    assert doing_by_tier(since=NOW - 9 * DAY, until=later) == {"gold": Doing(1, 1, 1), "": Doing(1, 0, 1)}
    assert doing_by_tier(since=NOW - 60 * DAY, until=NOW - 30 * DAY) == {"gold": Doing(1, 1, 0)}


def test_what_each_part_did() -> None:
    anna, boris = shops.person("Анна"), shops.person("Борис")
    version = _publish()
    _order(1, anna, version, cashback=500, rule_tea=200)
    _order(2, anna, version, cashback=300)
    _order(3, boris, version, cashback=100)
    _order(4, boris, version)
    _grant("g1", anna, Mechanic.CHALLENGE, "coffee", cost_minor=7_000)
    used = {"state": GrantState.USED.value, "used_at": NOW}
    _grant("g2", anna, Mechanic.CHALLENGE, "coffee", cost_minor=7_000, **used)
    _grant("g3", boris, Mechanic.CHALLENGE, "coffee", given_at=NOW - 200 * DAY)
    first = (NOW - 30 * DAY).date()
    found = {one.key: one for one in parts_doing(first=first, since=NOW - 30 * DAY, until=NOW)}
    cashback, tea, coffee = found["cashback"], found["rule:tea"], found["challenge:coffee"]
    assert (cashback.people, cashback.times, cashback.points_minor) == (2, 3, 900)
    assert (tea.people, tea.times, tea.points_minor) == (1, 1, 200)
    assert (coffee.people, coffee.times, coffee.used, coffee.cash_minor) == (1, 2, 1, 7_000)
    assert len(found) == 3


def _bought(person: int, amount_minor: int, days_ago: int) -> None:
    Order.objects.create(
        source="shop",
        external_id=f"o{Order.objects.count()}",
        profile_id=Profile.objects.get(person_id=person).pk,
        ordered_at=NOW - days_ago * DAY,
        status="completed",
        amount_minor=amount_minor,
        currency="RUB",
    )


def test_who_holds_a_discount_card_takes_part(inside: Client) -> None:
    """There are no points then: what it took off is told by the orders of who has it."""
    ten = {"key": "ten", "name": "10% card", "from_minor": 100, "brings": {"discount_percent": "10"}}
    best = {"key": "best", "name": "20% card", "from_minor": 500, "brings": {"discount_percent": "20"}}
    far = {"key": "far", "name": "Guests", "from_minor": 900, "brings": {"manager": True}}
    version = _publish(
        cashback_percent=0, spend_percent=0, tiers={"span": "ever", "levels": [ten, best, far]}
    )
    anna, boris, vera = (shops.person(name) for name in ("Анна", "Борис", "Вера"))
    TierStanding.objects.create(person_id=anna, tier="ten", since=NOW - 20 * DAY)
    TierStanding.objects.create(person_id=boris, tier="ten", since=NOW - 20 * DAY)
    TierStanding.objects.create(person_id=vera)
    _bought(anna, 50_000, 20)  # by this she got it
    _bought(anna, 90_000, 10)
    _bought(anna, 0, 5)  # given back
    _bought(vera, 90_000, 10)
    page = _page(inside)
    assert "In 90 days 1 of 2 who take part earned, spent or used something: 50.0%." in page
    assert "RUB 100" in page  # 90 after a tenth of 100
    assert "Nobody uses: “20% card”, “Guests”." in page
    # What she had before counts by what it was.
    TierStanding.objects.filter(person_id=anna).update(tier="best", since=NOW - 8 * DAY)
    TierHeld.objects.create(person_id=anna, tier="ten", since=NOW - 20 * DAY, until=NOW - 8 * DAY)
    _bought(anna, 80_000, 7)
    found = discounted(discounts_of(version.programme), since=NOW - 30 * DAY, until=NOW)
    assert sorted((one.tier, one.orders, one.off_minor) for one in found) == [
        ("best", 1, 20_000),
        ("ten", 1, 10_000),
    ]


def test_a_card_of_a_sum_took_it_off_what_came_to_enough() -> None:
    """300 from 2,000 on: what is left of an order on which it came off is 1,700 at least."""
    brings = {"discount_sum": {"amount_minor": 30_000, "total_from_minor": 200_000}}
    any_sum = {"discount_sum": {"amount_minor": 5_000}}
    version = _publish(
        cashback_percent=0,
        tiers={
            "span": "ever",
            "levels": [
                {"key": "some", "name": "Some", "from_minor": 1, "brings": any_sum},
                {"key": "card", "name": "Card", "from_minor": 100, "brings": brings},
                {"key": "ten", "name": "Ten", "from_minor": 500, "brings": {"discount_percent": 10}},
            ],
        },
    )
    anna, boris, vera, gleb = (shops.person(name) for name in ("Анна", "Борис", "Вера", "Глеб"))
    for person, tier in ((anna, "card"), (boris, "card"), (vera, "some"), (gleb, "ten")):
        TierStanding.objects.create(person_id=person, tier=tier, since=NOW - 20 * DAY)
    for person, amount in ((anna, 170_000), (anna, 500_000), (anna, 169_999), (boris, 169_999)):
        _bought(person, amount, 10)
    _bought(vera, 100, 10)
    _bought(gleb, 9_000, 10)
    cards = discounts_of(version.programme)
    since, until = NOW - 30 * DAY, NOW
    found = {one.tier: one for one in discounted(cards, since=since, until=until)}
    assert {key: (one.people, one.orders, one.off_minor) for key, one in found.items()} == {
        "card": (1, 2, 60_000),
        "some": (1, 1, 5_000),
        "ten": (1, 1, 1_000),
    }
    doing = doing_by_tier(since=since, until=until, discounts=cards)
    assert doing == {key: Doing(1, 0, 1) for key in ("card", "some", "ten")}


def test_who_has_a_stamp_takes_part() -> None:
    anna, boris = shops.person("Анна"), shops.person("Борис")
    ChallengeProgress.objects.create(
        challenge="card", person_id=anna, window="ever", done=1, reached=0, last_at=NOW
    )
    told = {"challenge": "card", "amount": 1, "of_order": True}
    anna_profile, boris_profile = (Profile.objects.get(person_id=one).pk for one in (anna, boris))
    Stamp.objects.create(ref=1, profile_id=anna_profile, at=NOW - DAY, **told)
    Stamp.objects.create(ref=2, profile_id=boris_profile, at=NOW - DAY, **told | {"amount": 0})
    assert enrolled_by_tier() == {"": 1}
    assert doing_by_tier(since=NOW - 30 * DAY, until=NOW) == {"": Doing(1, 1, 0)}


def test_the_page_points_out_what_nobody_uses(
    inside: Client, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    anna, boris = shops.person("Анна"), shops.person("Борис")
    version = _publish(**_rules())
    books.spend(books.lot(anna, 100, at=NOW - 3 * DAY), 20, at=NOW - DAY)
    books.lot(boris, 100, at=NOW - 400 * DAY)
    TierStanding.objects.create(person_id=anna, tier="gold", since=NOW)
    _order(1, anna, version, "gold", cashback=8_000, tier_gold=2_000)
    with django_assert_num_queries(QUERIES):
        page = _page(inside)
    assert "In 90 days 1 of 2 who take part earned, spent or used something: 50.0%." in page
    assert "Nobody uses: “Tea twice”, “A review”." in page
    assert "Nobody has reached it. Make the goal nearer" in page
    assert "Gold" in page
    assert "RUB 100" in page
    assert "180" in page  # owed
    young = _page(inside, days="30")
    assert "In 30 days 1 of 2" in young


def test_a_young_part_is_not_said_to_be_unused(inside: Client) -> None:
    books.lot(shops.person(), 100, at=NOW - 3 * DAY)
    _publish(since=NOW - 40 * DAY)
    _publish(since=NOW - 5 * DAY, cashback_percent=Decimal(0), **_rules())
    assert "What nobody uses" not in _page(inside)


def test_it_can_be_taken_away_as_a_file() -> None:
    owner = shops.browser_of(shops.colleague())
    anna = shops.person("Анна")
    gone = {"key": "gone", "name": "Cups on Mondays", "gives": {"kind": "order", "points_minor": 100}}
    _publish(since=NOW - 90 * DAY, rules=[gone])
    version = _publish(**_rules())
    _order(1, anna, version, cashback=10_000, rule_gone=5_000)
    rows = rows_of(owner.get(reverse("loyalty-engagement-export")))
    assert [row[0] for row in rows[1:]] == [
        "Basic cashback",
        "Tea twice",
        "Gold",
        "A review",
        "Cups on Mondays",  # by its name, though it is no part any more
    ]
    assert rows[1][2:] == [1, 1, 100, 100]
    assert AuditLogEntry.objects.get(action=Action.LIST_TAKEN_OUT.value).details["list"] == "engagement"
