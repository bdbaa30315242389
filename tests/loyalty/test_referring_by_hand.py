"""A colleague says who brought a customer: as with a code, refused for the same, undone if it was a slip."""

from __future__ import annotations

import pytest
from tests.loyalty.books_of_points import told
from tests.loyalty.friends_shop import HOUR, FriendsShop
from tests.loyalty.shop_with_points import DAY, NOW

from regulars.commerce.types import Order
from regulars.loyalty import queries, services
from regulars.loyalty.errors import CannotDecide, NoReferral
from regulars.loyalty.models import FriendReferral
from regulars.loyalty.types import Programme
from regulars.loyalty.types.referring import ReferralRow, ReferralSource, ReferralState

pytestmark = pytest.mark.django_db
OLGA = 7


@pytest.fixture
def shop() -> FriendsShop:
    return FriendsShop()


def said(shop: FriendsShop, friend: int, referrer: int = 0, at: int = 1) -> ReferralRow:
    moment = NOW + at * HOUR
    return services.refer_by_hand(
        referrer_id=referrer or shop.anna, friend_id=friend, user_id=OLGA, now=moment
    )


def bought(shop: FriendsShop, friend: int) -> Order:
    order = shop.bought(friend, at=NOW + DAY)
    shop.pass_time(NOW + 2 * DAY)
    return order


def test_both_are_given_what_a_code_would_have_brought(shop: FriendsShop) -> None:
    boris = shop.newcomer("C-9")
    row = said(shop, boris)
    assert (row.source, row.told_by, row.state) == (ReferralSource.STAFF, OLGA, ReferralState.WAITING)
    assert [(one["referral_id"], one["source"]) for one in told("friend_came")] == [(row.id, "staff")]
    bought(shop, boris)
    shop.pass_time(NOW + 30 * DAY)
    assert shop.referral(row.id).state is ReferralState.REWARDED
    assert shop.given() == {("referrer", shop.anna): "given", ("friend", boris): "given"}


def test_the_same_again_and_what_came_with_a_code_stay_as_they_are(shop: FriendsShop) -> None:
    boris, vera = shop.newcomer("C-9"), shop.newcomer("C-10")
    first = said(shop, boris)
    assert said(shop, boris, at=2) == first
    coded = shop.comes(vera)
    assert said(shop, vera, at=3) == coded
    assert FriendReferral.objects.count() == 2


@pytest.mark.parametrize(
    "reason", ["self", "known_customer", "same_address", "circle", "twice", "not_allowed"]
)
def test_what_speaks_against_a_code_speaks_against_a_word(shop: FriendsShop, reason: str) -> None:
    boris = shop.newcomer("C-9", phone="+79161234567")
    referrer = shop.anna
    match reason:
        case "self":
            boris = shop.anna
        case "known_customer":
            shop.bought(boris, at=NOW - DAY, now=NOW)
        case "same_address":
            shop.known(shop.anna, phone="+79161234567")
        case "circle":
            shop.comes(boris)
            shop.bought(boris, at=NOW + HOUR)
            referrer, boris = boris, shop.anna
        case "twice":
            shop.comes(boris)
            referrer = shop.newcomer("C-10")
            shop.bought(referrer, at=NOW, now=NOW)
        case "not_allowed":
            referrer = shop.newcomer("C-10")
    row = said(shop, boris, referrer, at=2)
    assert (row.state, row.reason) == (ReferralState.REFUSED, reason)
    shop.pass_time(NOW + 30 * DAY)
    assert ("friend", boris) not in shop.given() or reason == "twice"


def test_a_slip_is_undone_and_told_rightly_after_that(shop: FriendsShop) -> None:
    boris, vera = shop.newcomer("C-9"), shop.newcomer("C-10")
    shop.bought(vera, at=NOW, now=NOW)
    wrong = said(shop, boris)
    waiting = said(shop, boris, vera, at=2)
    assert waiting.reason == "twice"
    services.undo_by_hand(number=wrong.id, now=NOW + 3 * HOUR)
    assert queries.referral(wrong.id) is None
    assert [one["reason"] for one in told("friend_refused")] == ["twice", "undone"]
    assert queries.referral(waiting.id).state is ReferralState.WAITING  # type: ignore[union-attr]
    bought(shop, boris)
    shop.pass_time(NOW + 30 * DAY)
    assert shop.given() == {("referrer", vera): "given", ("friend", boris): "given"}
    again = said(shop, boris, at=40 * 24)
    assert (again.id > waiting.id, again.reason) == (True, "twice")


def test_what_was_refused_can_be_undone_too_and_nothing_is_told_of_it(shop: FriendsShop) -> None:
    boris = shop.newcomer("C-9")
    shop.bought(boris, at=NOW - DAY, now=NOW)
    row = said(shop, boris)
    services.undo_by_hand(number=row.id, now=NOW + 2 * HOUR)
    assert [one["reason"] for one in told("friend_refused")] == ["known_customer"]
    with pytest.raises(CannotDecide, match="no such referral"):
        services.undo_by_hand(number=row.id, now=NOW + 3 * HOUR)


def test_what_was_rewarded_or_came_with_a_code_is_not_undone(shop: FriendsShop) -> None:
    boris, vera = shop.newcomer("C-9"), shop.newcomer("C-10")
    row, coded = said(shop, boris), shop.comes(vera)
    order = bought(shop, boris)
    shop.pass_time(NOW + 30 * DAY)
    with pytest.raises(CannotDecide, match="rewarded already"):
        services.undo_by_hand(number=row.id, now=NOW + 30 * DAY)
    # Also not once it fell back to waiting: what was given and used stays.
    shop.cancelled(order, NOW + 31 * DAY)
    shop.pass_time(NOW + 31 * DAY)
    assert shop.referral(row.id).state is ReferralState.WAITING
    with pytest.raises(CannotDecide, match="rewarded already"):
        services.undo_by_hand(number=row.id, now=NOW + 32 * DAY)
    with pytest.raises(CannotDecide, match="came with a code"):
        services.undo_by_hand(number=coded.id, now=NOW + DAY)


def test_nothing_is_noted_where_friends_bring_nothing(shop: FriendsShop) -> None:
    services.publish(programme=Programme(), since=None, now=NOW, user_id=None)
    queries.forget_versions()
    with pytest.raises(NoReferral):
        said(shop, shop.newcomer("C-9"))
    assert not FriendReferral.objects.exists()
