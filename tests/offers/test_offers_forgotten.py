"""What made-up customers used can be taken out again; what others used stays."""

from __future__ import annotations

import pytest
from tests.offers.coupon_shop import NOW, Shop

from regulars.offers import queries, services
from regulars.offers.types import Issue

pytestmark = pytest.mark.django_db


def test_uses_and_coupons_of_made_up_customers_are_gone_and_others_stay() -> None:
    shop = Shop()
    offer = shop.offer(uses=10)
    for number, whose in enumerate((shop.anna, shop.anna, shop.boris, None)):
        shop.reserve(f"till/{number}", "SPRING", profile_id=whose)
    coupons = shop.offer(kind="codes")
    wanted = [Issue(key=f"k{whose}", profile_id=whose) for whose in (shop.anna, shop.boris)]
    services.issue(offer_id=coupons.id, wanted=wanted, now=NOW)

    services.forget_uses(profile_ids=[shop.anna])

    stands = queries.offer(offer.id)
    assert stands is not None
    assert (stands.uses, stands.taken_minor) == (2, 20_000)
    assert list(queries.coupons_by_key([f"k{shop.anna}", f"k{shop.boris}"])) == [f"k{shop.boris}"]
    assert queries.use_by_key("till/0") is None
    assert queries.use_by_key("till/2") is not None

    services.forget_offers(offer_ids=[offer.id, coupons.id])
    assert queries.offer(offer.id) is not None
    services.forget_uses(profile_ids=[shop.boris])
    services.forget_offers(offer_ids=[offer.id, coupons.id])
    assert queries.offer(coupons.id) is None
    assert queries.offer(offer.id) is not None  # somebody unknown used it
