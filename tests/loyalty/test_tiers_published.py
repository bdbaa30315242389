"""Tiers are taken out of the programme and others put in, while customers are in them and buy."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest
from tests.loyalty.shop_of_rules import kept
from tests.loyalty.shop_with_points import DAY, NOW, cart
from tests.loyalty.tiered import LEVELS, Tiered, person_of, told

from regulars.loyalty import queries
from regulars.loyalty.models import TierStanding
from regulars.loyalty.queries import programme

MINUTE = timedelta(minutes=1)
SILVER, GOLD = (
    level | {"brings": {"cashback_percent": percent, "discount_percent": percent}}
    for level, percent in zip(LEVELS, ("10", "20"), strict=True)
)


def shop_with_gold() -> Tiered:
    """Anna has gold, Boris silver."""
    shop = Tiered(levels=[SILVER, GOLD])
    for number, (whose, roubles) in enumerate({shop.anna: 6_000, shop.boris: 2_000}.items()):
        order = shop.order(roubles, external_id=f"first-{number}", profile_id=whose, ordered_at=NOW)
        shop.tell(order, now=NOW + MINUTE)
    shop.pass_time(NOW + MINUTE)
    assert (shop.tier(), shop.tier(shop.boris)) == ("gold", "silver")
    return shop


@pytest.mark.django_db
@pytest.mark.parametrize(("left", "has"), [([SILVER], "silver"), ([GOLD], "")])
def test_who_has_a_tier_that_is_taken_out_has_what_fits_before_the_worker_comes(
    left: list[dict[str, Any]], has: str
) -> None:
    """The till asks, and orders come, in the minute before everybody was reckoned anew."""
    shop = shop_with_gold()
    gone = shop.boris if left == [GOLD] else shop.anna
    since = NOW + DAY
    shop.publish(since, tiers={"levels": left})
    at = since + timedelta(seconds=10)
    quote = queries.quote(cart=cart(1_000_00), profile_id=gone, points_wanted=None, at=at)
    assert (quote.tier.key if quote.tier else "") == has == shop.tier(gone, at)
    assert quote.pays_minor == (900_00 if has else 1_000_00)
    shop.tell(shop.order(quote.pays_minor / 100, external_id="then", profile_id=gone, ordered_at=at), now=at)
    assert (kept("then").tier, kept("then").points_minor) == (has, quote.earns_minor)
    shop.pass_time(since + MINUTE)
    assert shop.tier(gone) == has


@pytest.mark.django_db
def test_going_back_to_an_earlier_version_gives_everybody_what_fits_and_tells_nobody() -> None:
    shop = shop_with_gold()
    for days, levels in ((1, [SILVER]), (2, [SILVER, GOLD])):
        shop.publish(NOW + days * DAY, tiers={"levels": levels})
        shop.pass_time(NOW + days * DAY)
    assert (shop.tier(), shop.tier(shop.boris)) == ("gold", "silver")
    assert [name for name, _tier in told()] == ["tier_reached", "tier_reached"]


@pytest.mark.django_db(transaction=True)
def test_who_reckons_goes_by_what_another_process_has_just_published() -> None:
    """A process keeps the versions for two seconds; by then the worker may have been through everybody, and
    comes again in a week."""
    shop = shop_with_gold()
    at = NOW + DAY
    read = queries.current(at)  # and kept by this process
    mine = programme._versions._kept
    shop.publish(at, tiers={"levels": [SILVER, GOLD | {"from_minor": 1_000_000_00}]})
    shop.pass_time(at)
    programme._versions._kept = mine
    assert queries.current(at) == read, "as in a process that has not read it yet"
    ends = {one.person_id: one.ends_at for one in TierStanding.objects.all()}
    assert ends[person_of(shop.anna)] is not None, "gold asks for more by now"
    shop.reckon(at + timedelta(seconds=1), shop.anna)
    assert _ends(shop) == ends[person_of(shop.anna)]


def _ends(shop: Tiered) -> datetime | None:
    return TierStanding.objects.get(person_id=person_of(shop.anna)).ends_at
