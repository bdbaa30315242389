"""Two customers who become one, and are two again: the higher tier wins, nobody is told the same twice."""

from __future__ import annotations

import pytest
from tests.loyalty.shop_with_points import NOW
from tests.loyalty.tiered import DAY, Tiered, person_of, told

from regulars.customers import services as customers
from regulars.loyalty import queries
from regulars.loyalty.models import TierStanding

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop(db: None) -> Tiered:
    return Tiered()


def _merge(kept: int, gone: int) -> int:
    (merge,) = customers.merge(pairs=[(person_of(kept), person_of(gone))], now=NOW + 2 * DAY)
    return merge


def test_what_both_bought_counts_together(shop: Tiered) -> None:
    shop.buy(600, at=NOW)
    shop.buy(600, at=NOW, profile_id=shop.boris)
    assert (shop.tier(), shop.tier(shop.boris)) == ("", "")
    _merge(shop.anna, shop.boris)
    assert shop.tier() == shop.tier(shop.boris) == "silver"
    assert told() == [("tier_reached", "silver")]


def test_the_higher_tier_wins_with_the_time_it_has_left(shop: Tiered) -> None:
    number = shop.buy(5_000, at=NOW)
    shop.give_back(number, 5_000, ordered_at=NOW, back=5_000, at=NOW + DAY)
    ends = shop.standing().ends_at
    assert ends is not None
    shop.buy(1_000, at=NOW, profile_id=shop.boris)
    _merge(shop.boris, shop.anna)
    standing = shop.standing(shop.boris)
    assert (standing.tier, standing.ends_at, standing.falls_to) == ("gold", ends, "silver")
    assert told() == [("tier_reached", "gold"), ("tier_ending", "gold"), ("tier_reached", "silver")]


@pytest.mark.parametrize("kept_is_anna", [True, False])
def test_two_again_have_what_was_theirs(shop: Tiered, kept_is_anna: bool) -> None:
    shop.buy(5_000, at=NOW)
    shop.buy(10, at=NOW, profile_id=shop.boris)
    before = told()
    pair = (shop.anna, shop.boris) if kept_is_anna else (shop.boris, shop.anna)
    merge = _merge(*pair)
    assert shop.tier() == shop.tier(shop.boris) == "gold"
    assert shop.standing().measured_minor == 5_010_00
    customers.unmerge(merge_id=merge, now=NOW + 3 * DAY, user_id=None)
    assert (shop.tier(), shop.tier(shop.boris)) == ("gold", "")
    assert (shop.standing().measured_minor, shop.standing(shop.boris).measured_minor) == (5_000_00, 10_00)
    assert told() == before


def test_who_goes_with_what_the_other_had_reached_together_has_some_days_left(shop: Tiered) -> None:
    shop.buy(600, at=NOW)
    shop.buy(600, at=NOW, profile_id=shop.boris)
    merge = _merge(shop.anna, shop.boris)
    customers.unmerge(merge_id=merge, now=NOW + 3 * DAY, user_id=None)
    assert shop.standing().ends_at is not None
    assert shop.tier(shop.boris) == ""


def test_who_is_no_more_is_in_no_count(shop: Tiered) -> None:
    shop.buy(5_000, at=NOW)
    shop.buy(5_000, at=NOW, profile_id=shop.boris)
    gone = person_of(shop.boris)
    _merge(shop.anna, shop.boris)
    assert TierStanding.objects.get(person_id=gone).merged_into == person_of(shop.anna)
    assert queries.tiers_of(person_ids=[gone])[gone].tier == ""
    shop.pass_time(NOW + 10 * DAY)
    shop.pass_time(NOW + 400 * DAY)
    assert TierStanding.objects.get(person_id=gone).tier == "gold"


def test_merging_those_who_never_bought_keeps_nothing(shop: Tiered) -> None:
    _merge(shop.anna, shop.boris)
    assert not TierStanding.objects.exists()
