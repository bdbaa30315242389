"""For whom offers are, when, and codes in bulk."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from tests.offers.coupon_shop import DAY, NOW, Shop, cart, terms, whys

from regulars.offers import queries, services
from regulars.offers.errors import BadOffer, OfferProblem
from regulars.offers.models import Code
from regulars.offers.queries import stored
from regulars.offers.services import bulk
from regulars.offers.types import CouponRefusal, OfferState
from regulars.segments import services as segments
from regulars.segments.registry import conditions_kept

pytestmark = pytest.mark.django_db


@pytest.fixture
def shop() -> Shop:
    return Shop()


def segment_of(shop: Shop) -> int:
    """A segment Anna is in."""
    return segments.make_static(name="Regulars", person_ids=[shop.person()], now=NOW).segment_id


def test_a_personal_offer_applies_by_itself_to_whom_it_is_for(shop: Shop) -> None:
    who = {"node": "segment", "segment": segment_of(shop)}
    shop.offer(terms(kind="personal", who=who, until=NOW + DAY, name="Come back"))
    found = shop.apply(cart(), whose=shop.anna)
    assert [(one.name, one.code, one.amount_minor) for one in found.discounts] == [("Come back", "", 10_000)]
    for whose in (shop.boris, None):
        assert shop.apply(cart(), whose=whose).discounts == ()
    assert shop.apply(cart(), whose=shop.anna, at=NOW + DAY).discounts == ()


def test_a_code_for_a_segment_is_refused_to_others(shop: Shop) -> None:
    shop.offer(who={"node": "segment", "segment": segment_of(shop)})
    assert whys(shop.apply(cart(), "SPRING", whose=shop.anna).refused) == {}
    assert whys(shop.apply(cart(), "SPRING", whose=shop.boris).refused) == {
        "SPRING": CouponRefusal.NOT_THEIRS
    }
    assert whys(shop.apply(cart(), "SPRING").refused) == {"SPRING": CouponRefusal.CUSTOMER_NEEDED}


def test_a_segment_is_not_put_away_under_an_offer(shop: Shop) -> None:
    who = {"node": "segment", "segment": segment_of(shop)}
    offer = shop.offer(terms(kind="personal", who=who, name="Come back"))
    assert ("Offer “Come back”", who) in list(conditions_kept())
    services.stop(offer_id=offer.id)
    assert who not in [kept for _name, kept in conditions_kept()]


def test_a_condition_that_cannot_be_read_is_refused(shop: Shop) -> None:
    with pytest.raises(BadOffer, match="For whom it is"):
        shop.offer(who={"node": "segment", "segment": 10**9})


def test_asking_is_one_statement_and_one_more_for_conditions(shop: Shop) -> None:
    shop.offer()
    shop.apply(cart(), "SPRING")
    asked: list[str] = []

    def note(execute: Any, statement: str, *rest: Any) -> Any:
        asked.append(statement)
        return execute(statement, *rest)

    with connection.execute_wrapper(note):
        shop.apply(cart(), "SPRING", "NOSUCH", whose=shop.anna)
    assert len(asked) == 1
    shop.offer(terms(kind="personal", who={"node": "segment", "segment": segment_of(shop)}))
    shop.apply(cart(), whose=shop.anna)
    asked.clear()
    with connection.execute_wrapper(note):
        shop.apply(cart(), "SPRING", whose=shop.anna)
    assert len([one for one in asked if "offers_" in one]) == 1
    assert len([one for one in asked if "WITH asked" in one and "offers_" not in one]) == 1


def test_when_an_offer_can_be_used(shop: Shop) -> None:
    offer = shop.offer(since=NOW, until=NOW + DAY)
    second = timedelta(seconds=1)

    def why(at: timedelta) -> CouponRefusal | None:
        return whys(shop.apply(cart(), "SPRING", at=NOW + at).refused).get("SPRING")

    assert [why(at) for at in (-second, timedelta(), DAY - second, DAY)] == [
        CouponRefusal.NOT_YET,
        None,
        None,
        CouponRefusal.OVER,
    ]
    services.pause(offer_id=offer.id)
    assert why(second) is CouponRefusal.STOPPED
    services.start(offer_id=offer.id)
    assert why(second) is None
    services.stop(offer_id=offer.id)
    assert why(second) is CouponRefusal.UNKNOWN  # the code is free
    with pytest.raises(OfferProblem):
        services.start(offer_id=offer.id)


def test_the_same_code_twice_counts_once(shop: Shop) -> None:
    shop.offer()
    found = shop.apply(cart(), "SPRING", "spring")
    assert len(found.discounts) == 1
    assert whys(found.refused) == {"spring": CouponRefusal.TWICE}


def test_other_money_and_other_goods(shop: Shop) -> None:
    shop.offer(goods={"brands": ["Ахмад"]})
    assert whys(shop.apply(cart(), "SPRING").refused) == {"SPRING": CouponRefusal.OTHER_GOODS}
    assert whys(shop.apply(cart(currency="EUR"), "SPRING").refused) == {
        "SPRING": CouponRefusal.OTHER_CURRENCY
    }


def test_what_offers_allow_beside_them(shop: Shop) -> None:
    shop.offer(with_offers=True, with_points=False)
    shop.offer(code="SUMMER", with_offers=True, with_tier=False)
    found = shop.apply(cart(), "SPRING", "SUMMER")
    assert (found.may_pay_with_points, found.with_tier) == (False, False)
    found = shop.apply(cart(), "SPRING")
    assert (found.may_pay_with_points, found.with_tier) == (False, True)


def test_lowering_a_limit_below_what_was_used_is_refused(shop: Shop) -> None:
    offer = shop.offer(uses=10)
    for number in range(3):
        shop.reserve(f"till/{number}", "SPRING")
    with pytest.raises(BadOffer, match="used 3 times"):
        services.change_offer(offer_id=offer.id, terms=terms(uses=2), now=NOW)
    with pytest.raises(BadOffer, match="More than this budget"):
        services.change_offer(offer_id=offer.id, terms=terms(budget_minor=100), now=NOW)
    changed = services.change_offer(offer_id=offer.id, terms=terms(uses=3, percent=50), now=NOW)
    assert changed.revision == 2
    assert whys(shop.apply(cart(), "SPRING").refused) == {"SPRING": CouponRefusal.USED_UP}


def test_terms_that_contradict_themselves_are_refused(shop: Shop) -> None:
    with pytest.raises(BadOffer, match="ends before it begins"):
        shop.offer(since=NOW, until=NOW)
    with pytest.raises(BadOffer, match="3 to 32"):
        shop.offer(code="AB")
    prices = {"kind": "prices", "prices": {"Tea": 1}}
    with pytest.raises(BadOffer, match="without a code"):
        shop.offer(takes=prices)
    assert queries.offers() == []


def test_coupons_of_the_programme_have_one_offer_for_a_key(shop: Shop) -> None:
    what = terms(kind="codes")
    first = services.offer_for(key="birthday:10", terms=what, now=NOW)
    assert services.offer_for(key="birthday:10", terms=terms(kind="codes", percent=20), now=NOW) == first
    assert queries.offers() == []
    assert [offer.id for offer in queries.offers(by_hand=False)] == [first]
    with pytest.raises(BadOffer):
        services.offer_for(key="spring", terms=terms(), now=NOW)


def test_what_the_programme_gives_coupons_of_is_not_stopped_under_it(shop: Shop) -> None:
    """It would go on giving coupons that no till takes."""
    offer_id = services.offer_for(key="birthday:10", terms=terms(kind="codes"), now=NOW)
    for move in (services.pause, services.stop):
        with pytest.raises(OfferProblem, match="The programme gives coupons"):
            move(offer_id=offer_id)
    (offer,) = queries.offers(by_hand=False)
    assert offer.state is OfferState.RUNNING


def test_codes_in_bulk_pass_over_one_that_is_there(shop: Shop, monkeypatch: pytest.MonkeyPatch) -> None:
    offer = shop.offer(kind="codes")
    taken = stored.hash_of(stored.code_of(offer.id, 3))
    other = shop.offer(code="SUMMER")
    Code.objects.filter(offer_id=other.id).update(hash=taken)
    monkeypatch.setattr(bulk, "PORTION", 4)
    services.order_codes(offer_id=offer.id, count=10)
    assert services.fill_codes(now=NOW, limit=6) == 6
    assert services.fill_codes(now=NOW, limit=100) == 4
    assert services.fill_codes(now=NOW, limit=100) == 0
    serials = [code.serial for code in queries.printed_codes(offer.id)]
    assert serials == [1, 2, *range(4, 12)]
