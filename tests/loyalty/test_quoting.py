"""What a till is told of a cart is what becomes of it."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, timedelta
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation
from hypothesis import given
from hypothesis import strategies as st
from tests.loyalty.books_of_points import DAY, NOW, customer
from tests.loyalty.shop_with_points import cart
from tests.loyalty.spending import ask, earn

from regulars.customers import services as customers
from regulars.customers.types import IdentityType, NewProfile, ProfileIdentity
from regulars.kit.shares import spread
from regulars.loyalty import queries, services
from regulars.loyalty.errors import NoSuchMember, SeveralMembers
from regulars.loyalty.rules import quoting
from regulars.loyalty.rules.earning import earned_minor
from regulars.loyalty.types import Balance, Programme, Version
from regulars.loyalty.types.earned import Earned
from regulars.loyalty.types.tiers import Tier
from regulars.loyalty.types.till import Member, Quote, QuotedLine, Ref, RefKind, Usable
from regulars.loyalty.wording.quoting import sentences, tier_sentence


def version(**rules: object) -> Version:
    programme = Programme.model_validate({"currency": "RUB", **rules})
    return Version(id=1, since=NOW, published_at=NOW, published_by=None, programme=programme)


def member(spendable: int, pending: int = 0) -> Member:
    balance = Balance(spendable_minor=spendable, pending_minor=pending, held_minor=0, owed_minor=0)
    return Member(profile_id=1, person_id=1, shop_id="C-1", name="Anna", balance=balance)


def quoted(
    *lines: int, have: int | None = 0, want: int | None = None, currency: str = "RUB", **rules: object
) -> Quote:
    told = version(**rules)
    return quoting.quote(
        lines=lines,
        currency=currency,
        version=told,
        member=None if have is None else member(have),
        points_wanted=want,
        earn=lambda pays: Earned(
            earned_minor(paid_minor=sum(pays), currency=currency, programme=told.programme), {}
        ),
        usable=Usable(asked_at=NOW, at=NOW, days_after_delivery=0, zone=UTC),
    )


@pytest.mark.parametrize(
    ("brings", "off", "said"),
    [
        ({}, 0, ""),
        ({"early_access": True, "manager": True}, 0, ""),
        ({"free_delivery": True}, 0, "Status “Gold”: free delivery"),
        ({"discount_percent": "5"}, 5_000, "Discount of the status “Gold”: RUB 50"),
        (
            {"discount_percent": "5", "free_delivery": True, "priority_service": True},
            5_000,
            "Discount of the status “Gold”: RUB 50; also free delivery, priority service",
        ),
        ({"discount_sum": {"amount_minor": 5_000}}, 5_000, "Discount of the status “Gold”: RUB 50"),
        (
            {"discount_sum": {"amount_minor": 5_000, "total_from_minor": 135_000}, "free_delivery": True},
            0,
            "Status “Gold”: free delivery, RUB 350 more to a discount of RUB 50",
        ),
    ],
)
def test_whoever_serves_reads_what_a_status_brings_now(
    brings: dict[str, object], off: int, said: str
) -> None:
    gold = Tier.model_validate({"key": "gold", "name": "Gold", "from_minor": 1, "brings": brings})
    lines = (QuotedLine(amount_minor=95_000, discount_minor=0, tier_minor=off),)
    found = tier_sentence(replace(quoted(100_000), tier=gold, lines=lines), language="en")
    assert found.replace("\u00a0", " ") == said


def test_a_cart_earns_and_may_be_paid_with_points_up_to_the_share() -> None:
    found = quoted(100_000, 49_000, have=100_000, want=30_000)
    assert (found.total_minor, found.payable_minor, found.most_minor) == (149_000, 44_700, 44_700)
    assert (found.points_minor, found.discount_minor, found.pays_minor) == (30_000, 30_000, 119_000)
    assert found.earns_minor == 5_900  # 5% of 1,190 in whole points: 59
    assert [(line.amount_minor, line.discount_minor) for line in found.lines] == [
        (79_866, 20_134),
        (39_134, 9_866),
    ]


@pytest.mark.parametrize(
    ("have", "want", "spent"),
    [
        (100_000, 99_999_999, 44_700),  # the programme's share
        (20_000, 30_000, 20_000),  # what there is
        (None, 30_000, 0),  # nobody
        (100_000, None, 0),  # not asked for
    ],
)
def test_of_more_than_may_be_spent_what_may_is(have: int | None, want: int | None, spent: int) -> None:
    assert quoted(149_000, have=have, want=want).points_minor == spent


def test_fewer_than_the_programme_takes_at_once_are_none() -> None:
    assert quoted(149_000, have=30_000, want=9_900, spend_from_minor=10_000).points_minor == 0
    assert quoted(149_000, have=30_000, want=10_000, spend_from_minor=10_000).points_minor == 10_000


def test_a_fraction_wanted_of_a_programme_of_whole_points_becomes_whole() -> None:
    assert quoted(149_000, have=30_000, want=10_050).points_minor == 10_000
    assert quoted(149_000, have=30_000, want=10_050, whole_points=False).points_minor == 10_050


def test_a_programme_that_does_not_run_gives_and_takes_nothing() -> None:
    found = quoted(149_000, have=100_000, want=30_000, running=False)
    assert (found.earns_minor, found.payable_minor, found.points_minor) == (0, 0, 0)
    assert found.pays_minor == 149_000


def test_another_currency_earns_and_takes_nothing() -> None:
    found = quoted(149_000, have=100_000, want=30_000, currency="EUR")
    assert (found.earns_minor, found.payable_minor, found.points_minor) == (0, 0, 0)


@pytest.mark.parametrize(("above", "needed"), [(29_999, True), (30_000, False), (None, False)])
def test_above_the_limit_the_customer_has_to_allow_it(above: int | None, needed: bool) -> None:
    assert quoted(149_000, have=100_000, want=30_000, factor_above_minor=above).factor_needed is needed


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**10), min_size=1, max_size=30))
def test_a_discount_is_spread_to_the_last_kopeck(discount: int, lines: list[int]) -> None:
    shares = spread(discount, lines)
    assert sum(shares) == min(discount, sum(lines))
    exact = [Decimal(amount) * min(discount, sum(lines)) / max(1, sum(lines)) for amount in lines]
    for amount, share, fair in zip(lines, shares, exact, strict=True):
        assert 0 <= share <= amount
        assert abs(share - fair) < 1


def said(found: Quote, *, language: str = "en", masked: bool = False) -> tuple[str, str, str]:
    with translation.override(language):
        made = sentences(found, language=language, masked=masked)
    return (made.earns, made.may_spend, made.discount)


def plain(*texts: str) -> tuple[str, ...]:
    """With blanks that do not break a line where numbers have them: written as "_"."""
    return tuple(text.replace("_", "\u00a0") for text in texts)


def test_a_quote_in_sentences() -> None:
    found = quoted(148_000, have=52_000, want=30_000)
    assert said(found) == plain(
        "You get 59 points for this order",
        "Up to 444 points may be spent on this order",
        "Discount for 300 points: RUB_300. To pay: RUB_1,180",
    )
    assert said(found, language="ru") == plain(
        "За этот заказ вы получите 59 баллов",
        "На этот заказ можно списать до 444 баллов",
        "Скидка за 300 баллов: 300_₽. К оплате: 1_180_₽",
    )


def test_a_quote_of_a_few_points_in_sentences() -> None:
    found = quoted(2_050, have=250, want=500, whole_points=False)
    assert said(found) == plain(
        "You get 0.9 points for this order",
        "Up to 2.5 points may be spent on this order",
        "Discount for 2.5 points, more is not possible: RUB_2.50. To pay: RUB_18",
    )
    assert said(found, language="ru") == plain(
        "За этот заказ вы получите 0,9 балла",
        "На этот заказ можно списать до 2,5 балла",
        "Скидка за 2,5 балла, больше списать нельзя: 2,50_₽. К оплате: 18_₽",
    )


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (quoted(149_050), "You have no points to spend yet"),
        (quoted(149_050, have=None), "Members may spend up to 447 points on this order"),
        (quoted(500, have=5_000), "Up to 1 point may be spent on this order"),
        (quoted(200, have=5_000), "This order cannot be paid with points"),
        (
            quoted(149_000, have=5_000, spend_from_minor=10_000),
            "Points are taken from 100 points on, you have 50 points",
        ),
        (quoted(149_000, running=False), "This order cannot be paid with points"),
        (quoted(149_000, have=5_000, currency="EUR"), "This order cannot be paid with points"),
    ],
)
def test_what_may_be_spent_in_a_sentence(found: Quote, told: str) -> None:
    assert said(found)[1] == told


def test_a_programme_without_points_does_not_speak_of_them() -> None:
    earns, may_spend, pays = said(quoted(149_000, have=5_000, cashback_percent=0, spend_percent=0))
    assert (earns, may_spend) == ("", "")
    assert "1,490" in pays


def test_who_was_named_by_a_phone_is_told_what_to_show() -> None:
    told = said(quoted(149_000, have=None), masked=True)
    assert told[1] == "To pay with points, show your QR code or ask for a code"


@pytest.mark.parametrize(
    ("found", "told"),
    [
        (quoted(149_000, running=False), "The loyalty programme is not running now"),
        (quoted(149_000, currency="EUR"), "Points are given for orders in RUB only"),
        (quoted(500), "No points are given for this order"),
    ],
)
def test_why_nothing_is_earned(found: Quote, told: str) -> None:
    assert said(found)[0] == told


# --- whom a till has before it ------------------------------------------------------------------------


def has(profile_id: int) -> Balance:
    return queries.member_of_profile(profile_id, at=NOW).balance


@pytest.mark.django_db
def test_what_a_till_is_told_of_somebody_is_their_balance() -> None:
    anna = customer("C-1")
    earn(anna, 70_000, "1")
    earn(anna, 5_000, "2", expires_at=NOW + DAY)
    earn(anna, 3_000, "3", usable_at=NOW + DAY)
    earn(anna, 900, "4", expires_at=NOW)
    services.hold(new=ask(anna, 10_000), now=NOW)
    found = has(anna)
    assert found == queries.balance(profile_id=anna, at=NOW)
    assert (found.spendable_minor, found.pending_minor, found.held_minor) == (65_000, 3_000, 10_000)


@pytest.mark.django_db
def test_who_has_several_profiles_is_one_at_the_till() -> None:
    anna, again = customer("C-1"), customer("C-2")
    customers.upsert_profiles(profiles=[NewProfile(source="shop", external_id="C-2", name="Anna")], now=NOW)
    earn(anna, 5_000, "1")
    earn(again, 2_000, "2")
    people = [queries.member_of_profile(id_, at=NOW).person_id for id_ in (anna, again)]
    customers.merge(pairs=[(people[0], people[1])], now=NOW)
    for ref in (Ref(RefKind.ID, "C-1"), Ref(RefKind.ID, "C-2")):
        found = queries.member(ref, at=NOW)
        assert (found.balance.spendable_minor, found.name, found.shop_id) == (7_000, "Anna", "C-1")
    assert has(anna) == queries.balance(profile_id=again, at=NOW)


@pytest.mark.django_db
def test_a_card_and_a_phone_lead_to_their_owner_however_they_are_written() -> None:
    anna = customer("C-1")
    given_to(anna, IdentityType.CARD, "2000 123-45")
    given_to(anna, IdentityType.PHONE, "8 (916) 123-45-67")
    for ref in (
        Ref(RefKind.CARD, "200012345"),
        Ref(RefKind.CARD, "2000-123 45"),
        Ref(RefKind.PHONE, "+7 916 123 45 67"),
    ):
        assert queries.member(ref, at=NOW).profile_id == anna


@pytest.mark.django_db
def test_a_card_of_nobody_and_of_two() -> None:
    with pytest.raises(NoSuchMember):
        queries.member(Ref(RefKind.CARD, "200012345"), at=NOW)
    with pytest.raises(NoSuchMember):
        queries.member(Ref(RefKind.ID, "C-1"), at=NOW)
    for number in ("C-1", "C-2"):
        given_to(customer(number), IdentityType.CARD, "200012345")
    with pytest.raises(SeveralMembers):
        queries.member(Ref(RefKind.CARD, "200012345"), at=NOW)


def given_to(profile_id: int, type_: IdentityType, value: str) -> None:
    customers.add_identities(identities=[ProfileIdentity(profile_id, type_, value)], now=NOW)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["id", "card", "phone"])
def test_a_quote_asks_the_database_a_few_things(django_assert_num_queries: Any, kind: str) -> None:
    anna = customer("C-1")
    given_to(anna, IdentityType.CARD, "200012345")
    given_to(anna, IdentityType.PHONE, "+79161234567")
    services.publish(programme=version().programme, since=None, now=NOW - timedelta(days=1), user_id=None)
    queries.forget_versions()
    ref = {
        "id": Ref(RefKind.ID, "C-1"),
        "card": Ref(RefKind.CARD, "200012345"),
        "phone": Ref(RefKind.PHONE, "+79161234567"),
    }[kind]
    # Who it is and what they have, which offers there are, what it earns; and which programmes
    # there are, the one that holds and the shop, which are remembered outside of tests.
    with django_assert_num_queries(6):
        found = queries.quote_for(
            cart=cart(149_000),
            member=queries.member(ref, at=NOW),
            points_wanted=None,
            at=NOW,
        )
    assert found.earns_minor == 7_400
