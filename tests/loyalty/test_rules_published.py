"""A programme that cannot be kept is not published, and says what is wrong with which part of it."""

from __future__ import annotations

from typing import Any

import pytest
from tests.loyalty.shop_with_points import NOW

from regulars.loyalty import services
from regulars.loyalty.errors import BadProgramme
from regulars.loyalty.models import ProgrammeVersion
from regulars.loyalty.types import Programme

pytestmark = pytest.mark.django_db
PERCENT = {"kind": "percent", "percent": "5"}
COUPON = {"kind": "coupon", "percent": "10"}
UNKNOWN = {"node": "attribute", "attribute": "no.such", "test": {"is": "known"}}
BOTH = {
    "key": "gold",
    "name": "Gold",
    "from_minor": 5,
    "brings": {"discount_percent": 5, "discount_sum": {"amount_minor": 300_00}},
}
POINTS = {"kind": "points", "points_minor": 100}


def rule(**values: Any) -> dict[str, Any]:
    return {"key": "tea", "name": "Tea week", "gives": PERCENT} | values


def challenge(**values: Any) -> dict[str, Any]:
    goal = {"key": "coffee", "name": "Sixth coffee", "counted": {"kind": "orders"}, "benefit": POINTS}
    return goal | values


def tiers(*levels: tuple[str, int]) -> dict[str, Any]:
    return {"levels": [{"key": key, "name": key.title(), "from_minor": since} for key, since in levels]}


def refused(**document: Any) -> str:
    with pytest.raises(BadProgramme) as error:
        services.publish(programme=Programme.model_validate(document), since=None, now=NOW, user_id=None)
    assert not ProgrammeVersion.objects.exists()
    return str(error.value)


@pytest.mark.parametrize(
    ("document", "words"),
    [
        ({"rules": [rule(), rule(name="Cocoa")]}, "“Tea week”, “Cocoa” have the same key"),
        ({"challenges": [challenge(), challenge(name="Milk")]}, "“Sixth coffee”, “Milk” have the same key"),
        ({"tiers": tiers(("a", 0), ("a", 5))}, "“A”, “A” have the same key"),
        (
            {"tiers": {"levels": [BOTH]}},
            "“Gold”: a standing discount is either a percentage or a sum. Say one of the two.",
        ),
        ({"tiers": tiers(("a", 5), ("b", 5))}, "“B”: it has to be reached with more than “A” is"),
        (
            {"rules": [rule(instead=True, gives={"kind": "times", "factor": "2"})]},
            "“Tea week”: only what is given by percent",
        ),
        (
            {"rules": [rule(instead=True, gives={"kind": "order", "points_minor": 1})]},
            "“Tea week”: only what is given by percent",
        ),
        ({"rules": [rule(when={"tiers": ["gold"]})]}, "“Tea week”: it is for a status there is not"),
        (
            {"rules": [rule(when={"first": "2026-03-02", "last": "2026-03-01"})]},
            "“Tea week”: it ends before it begins",
        ),
        ({"rules": [rule(when={"who": UNKNOWN})]}, "“Tea week”: "),
        ({"rules": [rule(when={"who": {"node": "nothing"}})]}, "“Tea week”: "),
        ({"challenges": [challenge(window="days")]}, "“Sixth coffee”: say within how many days"),
        ({"challenges": [challenge(window="campaign")]}, "“Sixth coffee”: say on which days"),
        ({"challenges": [challenge(most=2)]}, "“Sixth coffee”: it counts once"),
        (
            {"challenges": [challenge(benefit=COUPON | {"amount_minor": 100})]},
            "“Sixth coffee”: a coupon takes off either",
        ),
        (
            {"personal_days": [{"key": "b", "name": "Birthday", "benefit": {"kind": "coupon"}}]},
            "“Birthday”: a coupon takes off either",
        ),
        (
            {"personal_days": [{"key": "d", "name": "Customer Day", "which": "date", "benefit": POINTS}]},
            "“Customer Day”: say on which day",
        ),
        (
            {
                "personal_days": [
                    {"key": "d", "name": "Day", "which": "date", "month": 2, "day": 30, "benefit": POINTS}
                ]
            },
            "“Day”: there is no such day",
        ),
        (
            {"referral": {"referrer": POINTS, "friend": {"kind": "coupon"}}},
            "“Bring a friend”: a coupon takes off either",
        ),
    ],
)
def test_what_is_wrong_is_said_where_it_is(document: dict[str, Any], words: str) -> None:
    assert words in refused(**document)


def test_all_that_is_wrong_is_said_at_once() -> None:
    said = refused(rules=[rule(), rule(when={"tiers": ["gold"]})], challenges=[challenge(window="days")])
    assert [part in said for part in ("same key", "a status there is not", "how many days")] == [True] * 3


def test_29_february_and_one_of_each_is_published() -> None:
    document = {
        "rules": [rule(instead=True, when={"tiers": ["gold"], "first": "2026-03-01", "last": "2026-03-01"})],
        "tiers": tiers(("silver", 0), ("gold", 5)),
        "challenges": [challenge(key="tea", repeats=True, most=2, window="week", benefit=COUPON)],
        "personal_days": [
            {"key": "tea", "name": "Day", "which": "date", "month": 2, "day": 29, "benefit": POINTS}
        ],
        "referral": {"referrer": POINTS, "friend": COUPON},
    }
    published = services.publish(
        programme=Programme.model_validate(document), since=None, now=NOW, user_id=None
    )
    assert published.programme.rules[0].key == "tea"
