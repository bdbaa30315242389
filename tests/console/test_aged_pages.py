"""Pages whose figures take long to count show those of a while ago, and say so."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.console import loyalty_books as books
from tests.console import shops
from tests.offers.coupon_shop import terms

from regulars.kit import aged, clock
from regulars.loyalty import services
from regulars.loyalty.types import Programme
from regulars.loyalty.types.rewards import NewReward, RewardKind
from regulars.offers import services as offers
from regulars.team.types import Role

pytestmark = pytest.mark.usefixtures("at_noon")
NOW = shops.NOW
PAGES = (
    "loyalty",
    "loyalty-liability",
    "loyalty-engagement",
    "loyalty-books",
    "loyalty-challenges",
    "loyalty-rewards-causes",
    "offers",
)
CARD = {"key": "card", "name": "Card", "counted": {"kind": "orders"}, "benefit": {"kind": "badge"}}


def _inside() -> tuple[Client, list[str]]:
    """Somebody signed in, and the addresses of the pages."""
    programme = Programme.model_validate({"currency": "RUB", "challenges": [CARD]})
    services.publish(programme=programme, since=NOW, now=NOW, user_id=None)
    books.lot(shops.person("Anna"), 100, at=NOW)
    trees = NewReward(name="Trees", kind=RewardKind.CAUSE, price_minor=100)
    services.add_reward(new=trees, now=NOW)
    made = offers.make_offer(terms=terms(), shared_code="SPRING", now=NOW, user_id=None)
    offers.start(offer_id=made.id)
    paths = [reverse("loyalty-challenge", args=["card"]), reverse("offers-one", args=[made.id])]
    return shops.browser_of(shops.colleague(Role.MARKETER)), paths + [reverse(name) for name in PAGES]


def _text(client: Client, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200
    return shops.plain(answer.text)


@pytest.fixture
def _large(monkeypatch: pytest.MonkeyPatch) -> None:
    """All is read by the thread, once."""
    monkeypatch.setattr(aged._look, "is_large", True)
    monkeypatch.setattr(aged, "FRESH_TIMES", 10**12)
    monkeypatch.setattr(aged, "PATIENCE_SECONDS", 10.0)


@pytest.mark.django_db(transaction=True)
@pytest.mark.usefixtures("_large")
def test_what_took_long_to_count_is_shown_with_its_moment(monkeypatch: pytest.MonkeyPatch) -> None:
    inside, paths = _inside()
    for path in paths:
        assert "Counted" not in _text(inside, path), path
    books.lot(shops.person("Boris"), 200, at=NOW)
    monkeypatch.setattr(clock, "now", lambda: NOW + timedelta(minutes=5))
    for path in paths:
        assert "Counted today at 12:00." in _text(inside, path), path
    assert "300 points" not in _text(inside, reverse("loyalty-liability"))
    inside.cookies["django_language"] = "ru"  # read anew for who reads Russian
    assert "300" in _text(inside, reverse("loyalty-liability"))


@pytest.mark.django_db
@pytest.mark.usefixtures("_large")
def test_what_is_counted_for_the_first_time_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(aged, "PATIENCE_SECONDS", 0.0)
    inside, paths = _inside()
    with aged._behind:  # the thread is at something else
        for path in paths:
            assert "Being counted" in _text(inside, path), path


@pytest.mark.django_db
def test_what_is_counted_quickly_is_as_it_is() -> None:
    inside, _paths = _inside()
    for points in (100, 300):
        page = _text(inside, reverse("loyalty-liability"))
        assert f"{points} points" in page
        assert "Counted" not in page
        books.lot(shops.person("Boris"), 200, at=NOW)
