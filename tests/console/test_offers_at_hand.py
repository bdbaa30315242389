"""What colleagues ask of offers: what became of a code, what a customer has, how to take a step back."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from tests.console import shops
from tests.offers.coupon_shop import cart, terms

from regulars.customers.models import Profile
from regulars.offers import queries, services
from regulars.offers.types import NewUse, Offer, OfferState
from regulars.segments import services as segments

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("at_noon")]
NOW = shops.NOW


@pytest.fixture
def inside() -> Client:
    return shops.browser_of(shops.colleague())


def running(code: str = "", **values: object) -> Offer:
    made = services.make_offer(terms=terms(**values), shared_code=code, now=NOW, user_id=None)  # type: ignore[arg-type]
    return services.start(offer_id=made.id)


def reserve(key: str, *codes: str, person: int | None = None) -> int:
    profile = Profile.objects.get(person_id=person).pk if person else None
    until = NOW + timedelta(minutes=30)
    new = NewUse(
        key=key, cart=cart(), codes=codes, profile_id=profile, at=NOW, lasts_until=until, order_id=key
    )
    return services.reserve(new=new, now=NOW).id


def asked(client: Client, code: str) -> str:
    return shops.plain(client.get(reverse("offers"), {"code": code}).text)


def test_a_code_says_what_became_of_it(inside: Client) -> None:
    anna = shops.person("Анна")
    offer = running(kind="codes", name="Cards")
    services.order_codes(offer_id=offer.id, count=3)
    services.fill_codes(now=NOW, limit=3)
    used, paying, fresh = (one.code for one in queries.printed_codes(offer.id))
    services.capture(use_id=reserve("2026-1", used, person=anna), now=NOW)
    reserve("2026-2", paying)
    text = asked(inside, used)
    assert "Cards" in text
    assert "for the order 2026-1: RUB 100 off." in text
    assert reverse("customers-card", args=[anna]) in text
    assert "is being paid" in asked(inside, paying)
    assert "It was not used yet." in asked(inside, fresh.lower().replace("-", " "))
    assert "Nobody has the code “SPRING”" in asked(inside, "SPRING")
    running("SPRING", name="Spring")
    assert "The one code of this offer, for everybody." in asked(inside, "spring")


def test_an_empty_shop_has_no_code_to_look_up(inside: Client) -> None:
    assert "Look up a code" not in asked(inside, "")


def test_a_card_says_what_applies_to_its_customer_by_itself(inside: Client) -> None:
    anna = shops.person("Анна")
    running(kind="personal", name="Come back", uses_each=1)
    running(kind="personal", name="Gone by", until=NOW - timedelta(days=1))
    others = segments.make_static(name="Others", person_ids=[shops.person("Борис")], now=NOW).segment_id
    running(kind="personal", name="For others", who={"node": "segment", "segment": others})
    draft = services.make_offer(terms=terms(kind="personal", name="Draft"), now=NOW, user_id=None)
    assert draft.state is OfferState.DRAFT
    card = reverse("customers-card", args=[anna])
    text = shops.plain(inside.get(card).text)
    assert "At the till by itself" in text
    assert "Come back" in text
    for other in ("Gone by", "For others", "Draft"):
        assert other not in text
    services.capture(use_id=reserve("2026-1", person=anna), now=NOW)
    assert "At the till by itself" not in shops.plain(inside.get(card).text)


def test_pausing_and_starting_can_be_undone_where_it_is_said(inside: Client) -> None:
    offer = running("SPRING")
    for wanted, after in (("pause", OfferState.RUNNING), ("start", OfferState.PAUSED)):
        if wanted == "start":
            services.pause(offer_id=offer.id)
        said = inside.post(reverse("offers-state", args=[offer.id]), {"do": wanted}, follow=True)
        undo = re.search(r'action="([^"]+\?do=\w+)"', said.text)
        assert undo is not None
        inside.post(undo[1])
        assert queries.offers()[0].state is after


def test_a_list_of_prices_is_shown_to_the_kopeck(inside: Client) -> None:
    number = services.keep_prices(prices={f"Tea {n}": 299_039 + n for n in range(9)}, now=NOW)
    answer = inside.post(reverse("offers-new-kind", args=["prices"]), {"list": number})
    text = shops.plain(answer.text)
    assert "2,990.39" in text
    assert "Name one of its goods in the cart" in asked_of_prices(inside, number)


def asked_of_prices(client: Client, number: int) -> str:
    sent = {"name": "Wholesale", "list": number, "cart_amount": ["2000"], "cart_goods": [""]}
    return shops.plain(client.post(reverse("offers-says", args=["prices"]), sent).text)


def test_too_long_a_name_says_by_how_much(inside: Client) -> None:
    sent = {"name": "я" * 91, "code": "SPRING", "off": "10", "off_in": "percent"}
    answer = inside.post(reverse("offers-new-kind", args=["shared"]), sent)
    assert "It has 91 signs; shorten it to 80." in shops.plain(answer.text)
