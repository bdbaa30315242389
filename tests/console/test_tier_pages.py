"""Who has which tier, the programme as customers read it, and ready programmes, as pages and files."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import DjangoAssertNumQueries
from tests.console import shops
from tests.console.workbooks import rows_of

from regulars.commerce import services as commerce
from regulars.commerce.types import Order, OrderLine
from regulars.customers import services as customers
from regulars.customers.models import Profile
from regulars.customers.types import NewProfile
from regulars.loyalty import queries, services
from regulars.loyalty.models import ProgrammeVersion, TierStanding
from regulars.loyalty.ready import programmes
from regulars.loyalty.types import Programme
from regulars.loyalty.types.rewards import NewReward, RewardKind
from regulars.team.models import AuditLogEntry
from regulars.team.types import Action, Role

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
NOW, DAY = shops.NOW, timedelta(days=1)
# Session, user, permissions, shop; versions, counts, people, names, the sweep.
QUERIES_TIERS = 9
# Session, user, permissions, shop; versions, the draft, the rewards.
QUERIES_READING = 7
TIERS: dict[str, Any] = {
    "levels": [
        {"key": "silver", "name": "Silver", "from_minor": 1_000_00, "brings": {"discount_percent": 3}},
        {"key": "gold", "name": "Gold", "from_minor": 5_000_00, "brings": {"free_delivery": True}},
    ]
}


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


@pytest.fixture
def tiered() -> None:
    """Anna has gold and Boris silver, near gold; Vera bought too little."""
    programme = Programme.model_validate({"tiers": TIERS})
    services.publish(programme=programme, since=NOW - DAY, now=NOW - DAY, user_id=None)
    for name, roubles in (("Anna", 6_000), ("Boris", 4_100), ("Vera", 10)):
        new = NewProfile(source="shop", external_id=name, name=name)
        customers.upsert_profiles(profiles=[new], now=NOW - DAY)
        order = Order(
            source="shop",
            external_id=name,
            profile_id=profile_of(name),
            ordered_at=NOW - DAY,
            currency="RUB",
            lines=(OrderLine(amount_minor=roubles * 100),),
        )
        commerce.record_orders(orders=[order], now=NOW - DAY)
    services.reckon_tiers(profile_ids=[profile_of(n) for n in ("Anna", "Boris", "Vera")], now=NOW)


def profile_of(name: str) -> int:
    return Profile.objects.get(source="shop", external_id=name).pk


def _page(client: Client, name: str, *args: str, **asked: str) -> str:
    answer = client.get(reverse(name, args=args), asked)
    assert answer.status_code == 200
    return shops.plain(answer.text)


@pytest.mark.usefixtures("tiered")
def test_who_has_which(inside: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(QUERIES_TIERS):
        page = _page(inside, "loyalty-tiers")
    assert "66.7% of those who bought" in page
    assert "1 is near it" in page
    assert "Have “Gold”" in page
    assert "Anna" in page
    assert "Boris" not in page
    assert "free delivery" in page


@pytest.mark.usefixtures("tiered")
def test_who_is_near_and_who_is_about_to_lose_it(inside: Client) -> None:
    near = _page(inside, "loyalty-tiers", list="near-gold")
    assert "Boris" in near
    assert "900 more to “Gold”" in near
    TierStanding.objects.filter(tier="gold").update(ends_at=NOW + 3 * DAY)
    ending = _page(inside, "loyalty-tiers", list="ending")
    assert "Anna" in ending
    assert "Boris" not in ending
    assert "until" in ending


@pytest.mark.usefixtures("tiered")
@pytest.mark.parametrize("wrong", ["nothing", "near-", "near-x", "%00", "a" * 300])
def test_a_list_that_is_none_is_the_usual_one(inside: Client, wrong: str) -> None:
    assert "Have “Gold”" in _page(inside, "loyalty-tiers", list=wrong, after="x_1")


@pytest.mark.usefixtures("tiered")
def test_pages_follow_each_other(inside: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.console.views.tiers.PAGE", 1)
    TierStanding.objects.exclude(tier="").update(tier="silver")
    first = inside.get(reverse("loyalty-tiers"), {"list": "silver"})
    further = first.context["further"]
    second = inside.get(further)
    assert [one.context["lines"][0].name for one in (first, second)] == ["Anna", "Boris"]
    assert second.context["further"] == ""


@pytest.mark.usefixtures("tiered")
def test_the_list_as_a_file(inside: Client) -> None:
    answer = inside.get(reverse("loyalty-tiers-export"), {"list": "gold"})
    rows = rows_of(answer)
    assert [row[0] for row in rows[1:]] == ["Anna"]
    counted, since = rows[1][3:5]
    assert counted == 6_000  # numbers and days a table can reckon with, not words
    assert isinstance(since, float)
    assert AuditLogEntry.objects.filter(action=Action.LIST_TAKEN_OUT).count() == 1


def test_without_tiers_it_says_what_to_do(inside: Client) -> None:
    assert "Add tiers" in _page(inside, "loyalty-tiers")
    assert inside.get(reverse("loyalty-tiers-export")).status_code == 302


def test_agents_see_no_figures() -> None:
    client = shops.browser_of(shops.colleague(Role.AGENT))
    assert client.get(reverse("loyalty-tiers")).status_code == 403
    assert client.get(reverse("loyalty-programme-ready")).status_code == 403
    assert client.get(reverse("loyalty-programme-as-read")).status_code == 200


@pytest.mark.usefixtures("tiered")
def test_as_customers_read_it(inside: Client, django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(QUERIES_READING):
        page = _page(inside, "loyalty-programme-as-read")
    assert "It fits on a small page" in page
    assert "“Gold” from" in page
    russian = inside.get(reverse("loyalty-programme-as-read"), {"language": "ru"}).text
    assert '<article class="leaflet sheet" lang="ru"' in russian
    text = inside.get(reverse("loyalty-programme-as-read-text"), {"language": "en"})
    assert text["Content-Type"] == "text/plain; charset=utf-8"
    assert "Tiers\n– Your tier goes by what you paid for orders" in text.text
    assert "<" not in text.text


@pytest.mark.usefixtures("tiered")
def test_what_points_buy_stands_on_the_page_too(inside: Client) -> None:
    priced = [("Cup", 300), ("Sold out", 50), *((f"Thing {n}", 1_000 + n) for n in range(7))]
    for name, price in priced:
        new = NewReward(
            name=name,
            kind=RewardKind.THING,
            price_minor=price * 100,
            left=0 if name == "Sold out" else None,
            tiers=("gold",) if name == "Cup" else (),
        )
        services.add_reward(new=new, now=NOW - DAY)
    page = _page(inside, "loyalty-programme-as-read")
    assert "For points you can have: “Cup” for 300 points (with the tier “Gold”), “Thing 0” for" in page
    assert "“Thing 4” for 1,004 points, and 2 more rewards." in page
    ready = inside.get(reverse("loyalty-programme-as-read"), {"what": "cashback"}).text
    assert "Cup" not in ready


def test_what_no_longer_fits_says_which_part_is_long(inside: Client) -> None:
    levels = [
        {
            "key": f"t{n}",
            "name": f"A tier with a name that is much longer than any line of a page, number {n}",
            "from_minor": n * 1_000_00,
        }
        for n in range(1, 9)
    ]
    days = [
        {
            "key": f"d{n}",
            "name": f"Day {n}",
            "which": "date",
            "month": n,
            "day": 1,
            "benefit": {"kind": "badge"},
        }
        for n in range(1, 11)
    ]
    programme = Programme.model_validate({"tiers": {"levels": levels}, "personal_days": days})
    services.publish(programme=programme, since=NOW - DAY, now=NOW - DAY, user_id=None)
    page = _page(inside, "loyalty-programme-as-read")
    assert "It no longer fits" in page
    assert "“Special days” takes" in page or "“Tiers” takes" in page


def test_without_a_programme_there_is_nothing_to_read(inside: Client) -> None:
    assert "Choose a ready programme" in _page(inside, "loyalty-programme-as-read")
    assert inside.get(reverse("loyalty-programme-as-read-text")).status_code == 404


@pytest.mark.parametrize("key", [ready.key for ready in programmes("RUB")])
def test_each_ready_programme_is_published_in_three_clicks(inside: Client, key: str) -> None:
    first = inside.get(reverse("loyalty-programme-ready")).text
    link = reverse("loyalty-programme-ready-one", args=[key])
    assert link in first
    second = inside.get(link)
    assert "It fits on a small page" in shops.plain(second.text)
    done = inside.post(link, {"newest": second.context["newest"] or 0, "language": "ru"})
    assert done.status_code == 302
    (kept,) = ProgrammeVersion.objects.all()
    assert Programme.model_validate(kept.document).currency == "RUB"
    assert AuditLogEntry.objects.filter(action=Action.PROGRAMME_PUBLISHED).count() == 1


def test_a_ready_programme_becomes_the_draft(inside: Client) -> None:
    link = reverse("loyalty-programme-ready-one", args=["stamps"])
    inside.post(link, {"newest": 0, "language": "en", "draft": "1"})
    draft = queries.draft()
    assert draft is not None
    assert draft.programme.challenges[0].shape == "stamps"
    assert not ProgrammeVersion.objects.exists()
    assert "Stamp card" in _page(inside, "loyalty-programme-as-read")


@pytest.mark.usefixtures("tiered")
def test_who_published_meanwhile_is_not_published_over(inside: Client) -> None:
    link = reverse("loyalty-programme-ready-one", args=["cashback"])
    answer = inside.post(link, {"newest": 0, "language": "en"})
    assert answer.status_code == 422
    assert "Somebody published rules meanwhile" in answer.text
    assert ProgrammeVersion.objects.count() == 1


def test_there_is_no_ready_programme_of_another_name(inside: Client) -> None:
    assert inside.get(reverse("loyalty-programme-ready-one", args=["gifts"])).status_code == 404


@pytest.mark.usefixtures("tiered")
def test_the_card_says_what_they_have_and_what_is_missing(inside: Client) -> None:
    person = Profile.objects.get(source="shop", external_id="Boris").person_id
    page = shops.plain(inside.get(reverse("customers-card", args=[person])).text)
    assert "Benefits" in page
    assert "Silver" in page
    assert "3% off every purchase" in page
    assert "more to “Gold”" in page
