"""What a colleague does with rewards is done only where the audit log could be told of it."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse
from tests.console.test_reward_pages import FORM, Counter

from regulars.loyalty.models import Grant, Reward, RewardOrder
from regulars.loyalty.types.rewards import RewardRow
from regulars.team.types import Role

pytestmark = pytest.mark.django_db


@pytest.fixture
def counter() -> Counter:
    return Counter()


@pytest.fixture
def cup(counter: Counter) -> RewardRow:
    return counter.reward()


@pytest.fixture
def owner(counter: Counter, cup: RewardRow) -> Client:
    """A colleague whose deeds cannot be written down; they have taken a cup for the customer before."""
    counter.take(cup)
    browser = counter.browser(Role.OWNER)
    browser.raise_request_exception = False
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE FUNCTION pg_temp.full() RETURNS trigger LANGUAGE plpgsql AS "
            "$$ BEGIN RAISE 'no room'; END $$;"
            "CREATE TRIGGER full_log BEFORE INSERT ON team_auditlogentry "
            "FOR EACH ROW EXECUTE FUNCTION pg_temp.full()"
        )
    return browser


def test_nothing_is_done_that_is_not_written_down(owner: Client, cup: RewardRow) -> None:
    gift, order = Grant.objects.get(), RewardOrder.objects.get()
    form = FORM | {"changes": cup.changes, "left_seen": "9"}
    asked = [
        (reverse("loyalty-rewards-hand-out", args=[gift.pk]), {}),
        (reverse("loyalty-rewards-cancel", args=[order.pk]), {}),
        (reverse("loyalty-reward-state", args=[cup.id]), {"state": "pause"}),
        (reverse("loyalty-reward", args=[cup.id]), form | {"name": "Mug"}),
        (reverse("loyalty-reward-new"), FORM),
    ]
    assert [owner.post(address, told).status_code for address, told in asked] == [500] * len(asked)
    assert (Grant.objects.get().state, RewardOrder.objects.get().state) == ("given", "taken")
    assert [(row.name, row.state) for row in Reward.objects.all()] == [("Cup", "running")]
