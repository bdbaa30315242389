"""What publishing would do beside what is meant is said before it is done."""

from __future__ import annotations

from datetime import datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import pytest
from django.http import HttpResponse
from django.test import Client
from django.urls import reverse
from tests.console import shops
from tests.console.forms import fields_of

from regulars.kit import clock
from regulars.loyalty import queries, services
from regulars.loyalty.types import MINOR, Programme
from regulars.loyalty.types.rewards import NewReward, RewardKind
from regulars.loyalty.types.tiers import Tier, Tiers

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
NOW = shops.NOW
LOOK = "loyalty-programme-look"
ON_ITS_DAY = datetime(2024, 5, 11, tzinfo=ZoneInfo("Europe/Moscow"))
NOW_RULES = Programme(currency="RUB", cashback_percent=Decimal(5), spend_percent=Decimal(30))
LATER = NOW_RULES.model_copy(update={"cashback_percent": Decimal(7)})


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def publish(programme: Programme, *, since: datetime | None = None) -> None:
    services.publish(programme=programme, since=since, now=NOW - timedelta(days=30), user_id=None)


def draft(programme: Programme) -> None:
    newest = queries.versions()[-1].id
    services.keep_draft(programme=programme, seen=None, based_on=newest, now=NOW, user_id=None)


def look(client: Client) -> str:
    return shops.plain(client.get(reverse(LOOK)).text)


def send(client: Client, **said: str) -> HttpResponse:
    kept = dict(fields_of(client.get(reverse(LOOK)).text, "loy-over"))
    kept.pop("early", None)
    return client.post(reverse(LOOK), kept | said)  # type: ignore[return-value]


def test_what_waits_for_its_day_does_not_begin_by_accident(inside: Client) -> None:
    publish(NOW_RULES)
    publish(LATER, since=ON_ITS_DAY)
    draft(LATER.model_copy(update={"spend_percent": Decimal(50)}))
    page = look(inside)
    assert "To begin on 11 May" in page
    assert "7%" in page.partition("To begin on 11 May")[2].partition("What changes")[0]
    assert 'name="since" value="day" checked' in page  # the day it waits for is chosen already
    assert 'value="2024-05-11"' in page

    refused = send(inside, since="now")
    assert refused.status_code == 422
    assert "Some of these changes wait for a later day." in shops.plain(refused.text)
    assert send(inside, since="day", day="2024-05-05").status_code == 422
    assert len(queries.versions()) == 2

    assert send(inside, since="now", early="on").status_code == 302
    assert [one.programme.cashback_percent for one in queries.versions()] == [5, 7, 7]


def test_on_its_day_nothing_is_asked(inside: Client) -> None:
    publish(NOW_RULES)
    publish(LATER, since=ON_ITS_DAY)
    draft(LATER.model_copy(update={"spend_percent": Decimal(50)}))
    assert send(inside, since="day", day="2024-05-11").status_code == 302
    assert [one.programme.spend_percent for one in queries.versions()] == [30, 50]


def test_a_draft_without_what_waits_is_published_at_once(inside: Client) -> None:
    publish(NOW_RULES)
    publish(LATER, since=ON_ITS_DAY)
    draft(NOW_RULES.model_copy(update={"spend_percent": Decimal(50)}))
    assert "To begin on" not in look(inside)
    assert send(inside, since="now").status_code == 302


def test_rewards_that_ask_for_a_tier_that_goes_are_named_before(inside: Client) -> None:
    silver, gold = (
        Tier(key=name.lower(), name=name, from_minor=minor * 100)
        for name, minor in (("Silver", 10_000), ("Gold", 50_000))
    )
    publish(NOW_RULES.model_copy(update={"tiers": Tiers(levels=(silver, gold))}))
    for name, tiers in (("Cup", ("gold",)), ("Tea", ("silver", "gold")), ("Cake", ("silver",))):
        new = NewReward(name=name, kind=RewardKind.THING, price_minor=100 * MINOR, tiers=tiers)
        services.add_reward(new=new, now=NOW)
    draft(NOW_RULES.model_copy(update={"tiers": Tiers(levels=(silver,))}))
    page = look(inside).partition("Rewards that ask for a tier you take out")[2].partition("What changes")[0]
    assert "Cup</a>: nobody could take it any more" in page
    assert "Tea</a>: then only with the tier “Silver”" in page
    assert "Cake" not in page
    with clock.fixed(NOW):
        assert send(inside, since="now").status_code == 302
    assert "Rewards that ask for a tier" not in look(inside)
