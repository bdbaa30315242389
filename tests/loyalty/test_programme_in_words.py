"""Every rule of a programme is a sentence, in both languages."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.utils import translation

from regulars.analytics.wording.numbers import Formats
from regulars.loyalty.types import Programme
from regulars.loyalty.types.benefits import Badge, Benefit, GiftGiven, PointsGiven
from regulars.loyalty.types.challenges import Challenge, OfOrders
from regulars.loyalty.types.days import PersonalDay
from regulars.loyalty.types.earning import (
    ByAmount,
    ByOrder,
    ByPercent,
    ByPiece,
    Caps,
    Gives,
    Rule,
    Times,
    When,
)
from regulars.loyalty.types.programme import (
    AfterDays,
    AfterDelivery,
    AfterReturnWindow,
    AtOnce,
    Never,
    OnDay,
    WithoutPurchase,
)
from regulars.loyalty.types.referring import Referral
from regulars.loyalty.types.tiers import Tier, Tiers
from regulars.loyalty.wording.challenges import challenge_sentence
from regulars.loyalty.wording.days import day_sentence
from regulars.loyalty.wording.programme import basics, differences, example, sentences
from regulars.loyalty.wording.rules import caps_sentence, rule_sentence
from regulars.loyalty.wording.speaker import Speaker
from regulars.offers.types import Goods
from regulars.segments.models import Segment

ENGLISH = Formats("en", "RUB")
NOW = datetime(2024, 5, 1, 9, tzinfo=UTC)


def said(programme: Programme, rule: str, formats: Formats = ENGLISH) -> str:
    return {one.rule: one.text for one in sentences(programme, formats=formats, return_window_days=14)}[rule]


@pytest.mark.parametrize(
    ("rule", "programme", "text"),
    [
        (
            "earning",
            Programme(cashback_percent=Decimal("7.50"), currency="RUB"),
            "7.5% comes back as points: 75 points for RUB 1,000 paid in money.",
        ),
        ("earning", Programme(currency="RUB", worth_minor=10_000), "5 points for RUB 10,000"),
        ("whole_points", Programme(), "rounded down to whole points"),
        ("whole_points", Programme(whole_points=False), "not rounded"),
        ("earning", Programme(cashback_percent=Decimal(0)), "bring no points"),
        ("worth", Programme(worth_minor=250), "RUB 2.50 off"),
        ("spending", Programme(spend_percent=Decimal(100)), "paid with points entirely"),
        ("spending", Programme(spend_percent=Decimal(0)), "cannot be spent yet"),
        ("spending", Programme(spend_from_minor=10_000), "Not fewer than 100 points at once"),
        ("usable", Programme(usable=AtOnce()), "as soon as the order is paid"),
        ("usable", Programme(), "time for returns is over: 14 full days"),
        ("usable", Programme(usable=AfterReturnWindow(days=1)), "1 full day after the order"),
        ("usable", Programme(usable=AfterReturnWindow(days=0)), "as soon as the order is paid"),
        ("usable", Programme(usable=AfterDelivery()), "as soon as the order has arrived"),
        ("usable", Programme(usable=AfterDelivery(days=3)), "3 full days after the order has arrived"),
        ("expiry", Programme(expiry=Never()), "do not expire"),
        ("expiry", Programme(expiry=OnDay(month=2, day=31, years=0)), "February 29 of the year"),
        ("expiry", Programme(expiry=OnDay()), "December 31 of the next year"),
        ("expiry", Programme(expiry=OnDay(years=2)), "2 years after"),
        ("expiry", Programme(expiry=AfterDays(days=1)), "for 1 day, then"),
        ("expiry", Programme(expiry=WithoutPurchase(days=90)), "after 90 days without a purchase"),
        ("given_back", Programme(given_back_days=0), "are lost"),
        ("when_spent", Programme(when_spent="take"), "what is missing is forgiven"),
        ("factor", Programme(factor_above_minor=None), "Any number of points"),
        ("factor", Programme(factor_above_minor=0), "only with the customer's QR"),
        ("offline", Programme(offline_minor=0), "takes no points"),
        ("by_hand", Programme(adjust_minor={}), "Nobody gives"),
        ("second_eyes", Programme(second_eyes_minor=10**12), "no second colleague"),
    ],
)
def test_each_rule_is_said_plainly(rule: str, programme: Programme, text: str) -> None:
    assert text in said(programme, rule).replace("\u00a0", " ")


def test_a_stopped_programme_says_nothing_else() -> None:
    (only,) = sentences(Programme(running=False), formats=ENGLISH, return_window_days=14)
    assert only.rule == "running"


def test_without_points_nothing_is_said_of_spending_them() -> None:
    """Colleagues who read the rules of a stamp card need no word about what a point is worth."""
    card = Programme(cashback_percent=Decimal(0), spend_percent=Decimal(0), tiers=TIERS)
    told = sentences(card, formats=ENGLISH, return_window_days=14)
    assert [one.rule for one in told] == ["earning", "tiers", "tier:t1"]
    assert [one.rule for one in basics(card, formats=ENGLISH, return_window_days=14)] == ["earning"]
    # Points that were given before can still be spent.
    spent = card.model_copy(update={"spend_percent": Decimal(10)})
    assert said(spent, "worth") == "1 point takes RUB 1 off an order.".replace("RUB ", "RUB\u00a0")
    # Rules bring points though the basics bring none.
    ruled = card.model_copy(update={"rules": (_rule(ByOrder(points_minor=100)),)})
    told = basics(ruled, formats=ENGLISH, return_window_days=14)
    assert told[0].text == "By itself an order brings no points."
    assert "worth" in {one.rule for one in told}


def test_what_differs_is_what_was_changed() -> None:
    before = Programme()
    after = before.model_copy(update={"cashback_percent": Decimal(7), "hold_minutes": 15})
    found = differences(before, after, formats=ENGLISH, return_window_days=14)
    assert [one.rule for one in found] == ["earning", "hold"]
    assert all(one.before and one.after and one.before != one.after for one in found)
    first = differences(None, after, formats=ENGLISH, return_window_days=14)
    assert len(first) == 13
    assert not any(one.before for one in first)


def test_an_example_reckons_as_an_order_does() -> None:
    found = example(Programme(currency="RUB"), formats=ENGLISH, total_minor=200_000)
    assert (found.earned_minor, found.payable_minor, found.discount_minor) == (10_000, 60_000, 60_000)
    assert found.text.replace("\u00a0", " ") == (
        "An order of RUB 2,000 brings 100 points. Up to 600 points of it can be paid with points: "
        "RUB 600 less to pay."
    )


def test_no_sentence_is_left_in_english_in_russian() -> None:
    programmes = [
        Programme(usable=usable, expiry=expiry, when_spent=spent, whole_points=spent == "owe")
        for usable in (AtOnce(), AfterReturnWindow(), AfterReturnWindow(days=3), AfterDelivery())
        for expiry in (Never(), OnDay(), OnDay(years=0), OnDay(years=3), AfterDays(), WithoutPurchase())
        for spent in ("owe", "take", "write_off")
    ]
    russian = Formats("ru", "RUB")
    with translation.override("ru"):
        told = {
            one.text
            for programme in programmes
            for one in sentences(programme, formats=russian, return_window_days=14)
        }
        told.add(example(Programme(currency="RUB"), formats=russian, total_minor=200_000).text)
    words = {
        word for text in told for word in text.replace("QR", "").split() if word.isascii() and word.isalpha()
    }
    assert words == set()


# --- rules of earning ----------------------------------------------------------------------------------
COFFEE = Goods(categories=("Кофе",))
TIERS = Tiers(levels=(Tier(key="t1", name="Золотой", from_minor=1_000_000),))
PLAIN = Programme(currency="RUB", tiers=TIERS)


def _rule(gives: Gives, **more: Any) -> Rule:
    return Rule(key="r1", name="Name", gives=gives, **more)


def _said(rule: Rule, language: str, programme: Programme = PLAIN) -> str:
    with translation.override(language):
        text = rule_sentence(rule, programme, Speaker(Formats(language, "RUB"), 14))
    return text.replace("\u00a0", " ")


@pytest.mark.parametrize(
    ("rule", "programme", "text"),
    [
        (_rule(ByPercent(percent=Decimal("7.50"))), PLAIN, "7.5% more comes back as points."),
        (
            _rule(ByPercent(percent=Decimal(7)), goods=COFFEE), PLAIN,
            "7% more comes back as points for goods of the category “Кофе”.",
        ),
        (
            _rule(ByPercent(percent=Decimal(7)), goods=COFFEE, instead=True), PLAIN,
            "7% comes back as points for goods of the category “Кофе”, instead of the usual cashback.",
        ),
        (
            _rule(ByPercent(percent=Decimal(7))), Programme(cashback_percent=Decimal(0)),
            "7% of what is paid comes back as points.",
        ),
        (
            _rule(ByPercent(percent=Decimal(0)), goods=COFFEE, instead=True), PLAIN,
            "No cashback for goods of the category “Кофе”.",
        ),
        (
            _rule(ByAmount(points_minor=5_000, per_minor=100_000)), PLAIN,
            "50 points more for each full RUB 1,000 paid.",
        ),
        (
            _rule(ByPiece(points_minor=100), goods=Goods(products=("Latte",), brands=("Lavazza",))), PLAIN,
            "1 point more for each piece: “Latte” or goods of the brand “Lavazza”.",
        ),
        (
            _rule(ByOrder(points_minor=10_000), goods=COFFEE), PLAIN,
            "100 points more for an order with goods of the category “Кофе”.",
        ),
        (_rule(Times(factor=Decimal(2))), PLAIN, "Twice the points."),
        (_rule(Times(factor=Decimal("1.50"))), PLAIN, "1.5 times the points."),
        (
            _rule(Times(factor=Decimal(3)), when=When(weekdays=(7, 6))), PLAIN,
            "At weekends, 3 times the points.",
        ),
        (
            _rule(Times(factor=Decimal(3)), when=When(weekdays=(1, 3), tiers=("t1",))), PLAIN,
            "On Mondays and Wednesdays, with the tier “Золотой”, 3 times the points.",
        ),
        (
            _rule(ByOrder(points_minor=100), when=When(first=date(2024, 3, 1), last=date(2024, 3, 7))), PLAIN,
            "From 1 March 2024 to 7 March 2024, 1 point more for an order.",
        ),
        (
            _rule(ByOrder(points_minor=100), when=When(total_from_minor=300_000, branches=("A", "B"))), PLAIN,
            "In the branches “A” or “B”, in orders of RUB 3,000 or more, 1 point more for an order.",
        ),
    ],
)  # fmt: skip
def test_a_rule_is_one_sentence(rule: Rule, programme: Programme, text: str) -> None:
    assert _said(rule, "en", programme) == text


def test_goods_without_end_are_cut_short() -> None:
    goods = Goods(products=tuple(f"P{n}" for n in range(9)))
    said = _said(_rule(ByOrder(points_minor=100), goods=goods), "en")
    assert said.endswith("“P0”, “P1”, “P2”, “P3”, and 5 more.")


@pytest.mark.django_db
def test_for_whom_a_rule_is() -> None:
    segment = Segment.objects.create(
        name="Best", kind="static", state="ready", created_at=NOW, condition=None
    )
    best = {"node": "segment", "segment": segment.pk}
    said = _said(_rule(Times(factor=Decimal(2)), when=When(who=best)), "en")
    assert said == "For customers in the segment “Best”, twice the points."
    three = {"node": "orders", "at_least": 3}
    said = _said(_rule(Times(factor=Decimal(2)), when=When(who=three)), "en")
    assert said == "Twice the points (for customers of whom this is so: bought 3 times or more)."


@pytest.mark.parametrize(
    ("caps", "text"),
    [
        (Caps(), ""),
        (Caps(order_minor=100_000), "You can earn at most: 1,000 points for an order."),
        (
            Caps(order_minor=100_000, period="week", period_minor=500_000),
            "You can earn at most: 1,000 points for an order, 5,000 points in a week.",
        ),
    ],
)
def test_limits_are_one_sentence(caps: Caps, text: str) -> None:
    assert caps_sentence(caps, Speaker(ENGLISH, 14)).replace("\u00a0", " ") == text


def test_each_part_is_among_the_sentences_customers_read() -> None:
    whole = PLAIN.model_copy(
        update={
            "rules": (_rule(Times(factor=Decimal(2))), _rule(Times(factor=Decimal(3)))),
            "caps": Caps(order_minor=100),
            "challenges": (Challenge(key="c1", name="C", counted=OfOrders(), times=5, benefit=Badge()),),
            "personal_days": (PersonalDay(key="d1", name="D", benefit=PointsGiven(points_minor=100)),),
            "referral": Referral(referrer=Badge(), friend=Badge()),
        }
    )
    told = sentences(whole, formats=ENGLISH, return_window_days=14, briefly=True)
    assert [one.rule for one in told] == [
        "earning", "rule:r1", "rule:r1", "factors", "caps", "worth", "spending", "usable", "expiry", "tiers",
        "tier:t1", "challenge:c1", "day:d1", "friends", "given_back",
    ]  # fmt: skip
    assert all(one.text for one in told)
    assert {one.rule for one in basics(whole, formats=ENGLISH, return_window_days=14, briefly=True)} == {
        "earning", "worth", "spending", "usable", "expiry", "given_back",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("benefit", "text"),
    [
        (
            GiftGiven(name="Tea", days=10),
            "For your birthday: a gift: “Tea” (within 10 days); given 3 days before it",
        ),
        (PointsGiven(points_minor=10_000), "For your birthday: 100 points; given 3 days before it"),
    ],
)
def test_customers_read_of_a_day_what_they_get_and_when(benefit: Benefit, text: str) -> None:
    """Who tells of a birthday late is the shop's matter: two spans of days in a sentence are one too many."""
    day = PersonalDay(key="b", name="Birthday", before=3, after=7, benefit=benefit)
    speaker = Speaker(ENGLISH, 14)
    assert day_sentence(day, PLAIN, speaker, briefly=True) == f"{text}."
    assert day_sentence(day, PLAIN, speaker) == f"{text}; if we learn of it late, up to 7 days after it."


@pytest.mark.parametrize(
    ("challenge", "text"),
    [
        ({"counted": {"kind": "events", "event": "profile_created"}}, "For joining, once: 100 points."),
        ({"counted": {"kind": "events", "event": "signed_up"}}, "For joining, once: 100 points."),
        ({"counted": {"kind": "events", "event": "quiz"}}, "For “Welcome”, once: 100 points."),
        (
            {"counted": {"kind": "orders"}, "times": 3, "in_a_row": "months", "repeats": True},
            "For orders 3 months in a row, each time: 100 points.",
        ),
    ],
)
def test_a_goal_is_one_sentence(challenge: dict[str, Any], text: str) -> None:
    told = {"key": "c", "name": "Welcome", "benefit": {"kind": "points", "points_minor": 10_000}}
    document = Challenge.model_validate(told | challenge)
    assert challenge_sentence(document, PLAIN, Speaker(ENGLISH, 14)) == text


def test_what_is_gone_is_among_the_differences() -> None:
    before = PLAIN.model_copy(update={"rules": (_rule(Times(factor=Decimal(2))),)})
    (gone,) = differences(before, PLAIN, formats=ENGLISH, return_window_days=14)
    assert (gone.rule, gone.before, gone.after) == ("rule:r1", "Twice the points.", "")
