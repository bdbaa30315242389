"""What is missing to the next benefit, in both languages."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from django.utils import translation

from regulars.analytics.wording.numbers import Formats
from regulars.loyalty.types import Programme, TierStanding
from regulars.loyalty.types.ahead import Ahead
from regulars.loyalty.types.challenges import Challenge
from regulars.loyalty.types.days import NextDay, PersonalDay
from regulars.loyalty.types.progress import Progress
from regulars.loyalty.wording.missing import all_missing
from regulars.loyalty.wording.speaker import Speaker

GOLD = {"key": "gold", "name": "Gold", "from_minor": 30_000_00}
SILVER = {"key": "silver", "name": "Silver", "from_minor": 10_000_00}
POINTS = {"kind": "points", "points_minor": 100_00}


def _said(language: str, ahead: Ahead) -> list[str]:
    with translation.override(language):
        speaker = Speaker(Formats(language, "RUB"), 14)
        found = [one.text for one in all_missing(ahead, speaker)]
    return [text.replace("\xa0", " ").replace("\u202f", " ") for text in found]


def _programme(**rules: Any) -> Programme:
    return Programme.model_validate({"currency": "RUB", **rules})


def _tiers(measured: int, *, tier: str = "", last_day: date | None = None, **tiers: Any) -> Ahead:
    return Ahead(
        programme=_programme(tiers={"levels": [SILVER, GOLD], **tiers}),
        standing=TierStanding(tier=tier, measured_minor=measured),
        last_day=last_day,
    )


def _goal(done: int, *, last_day: date | None = None, **challenge: Any) -> Ahead:
    told = {"key": "c", "name": "Card", "benefit": POINTS, "counted": {"kind": "orders"}, "times": 6}
    document = Challenge.model_validate(told | challenge)
    progress = Progress(
        key="c",
        name="Card",
        shape=document.shape,
        done=done,
        times=document.times,
        reached=0,
        is_over=done >= document.times,
        until=None,
        last_day=last_day,
        benefit=document.benefit,
        challenge=document,
    )
    return Ahead(programme=_programme(), standing=TierStanding(), progress=(progress,))


@pytest.mark.parametrize(
    ("ahead", "english", "russian"),
    [
        (
            _tiers(28_760_00, tier="silver"),
            "RUB 1,240 more to “Gold”",
            "ещё 1 240 ₽ до статуса «Gold»",
        ),
        (_tiers(0), "RUB 10,000 more to “Silver”", "ещё 10 000 ₽ до статуса «Silver»"),
        (
            _tiers(3, measure="orders", levels=[{"key": "five", "name": "Five", "from_minor": 5}]),
            "2 orders more to “Five”",
            "ещё 2 заказа до статуса «Five»",
        ),
        (_goal(4, shape="stamps"), "2 stamps more for 100 points", "ещё 2 отметки — и 100 баллов"),
        (_goal(5), "1 order more for 100 points", "ещё 1 заказ — и 100 баллов"),
        (
            _goal(1, counted={"kind": "orders", "pieces": True}),
            "5 pieces more for 100 points",
            "ещё 5 штук — и 100 баллов",
        ),
        (
            _goal(0, times=1, shape="review", counted={"kind": "events", "event": "review_left"}),
            "1 review more for 100 points",
            "ещё 1 отзыв — и 100 баллов",
        ),
        (
            _goal(5, window="month", last_day=date(2026, 3, 31)),
            "1 order more by 31 March 2026 for 100 points",
            "ещё 1 заказ не позже 31 марта 2026 — и 100 баллов",
        ),
        (
            # Of months that follow each other the last day is that of the next one alone.
            _goal(4, in_a_row="months", last_day=date(2026, 4, 30)),
            "2 months in a row more for 100 points",
            "ещё 2 месяца подряд — и 100 баллов",
        ),
        (
            _goal(4, in_a_row="months"),
            "2 months in a row more for 100 points",
            "ещё 2 месяца подряд — и 100 баллов",
        ),
    ],
)
def test_one_line(ahead: Ahead, english: str, russian: str) -> None:
    assert _said("en", ahead) == [english]
    assert _said("ru", ahead) == [russian]


def test_a_day() -> None:
    day = PersonalDay.model_validate({"key": "b", "name": "Birthday", "benefit": POINTS})
    ahead = Ahead(
        programme=_programme(),
        standing=TierStanding(),
        days=(NextDay(day=day, on=date(2026, 3, 27), days=12, had=False),),
    )
    assert _said("en", ahead) == ["12 days to the birthday: 100 points"]
    assert _said("ru", ahead) == ["12 дней до дня рождения: 100 баллов"]


def test_a_tier_that_ends_comes_first() -> None:
    ahead = _tiers(9_000_00, tier="silver", last_day=date(2026, 4, 3))
    first, second = _said("en", ahead)
    assert first == "“Silver” lasts until 3 April 2026; RUB 1,000 more and it stays"
    assert second == "RUB 21,000 more to “Gold”"


def test_nothing_is_missing_at_the_top_or_without_a_programme() -> None:
    assert _said("en", _tiers(40_000_00, tier="gold")) == []
    assert _said("en", Ahead(programme=None, standing=TierStanding(measured_minor=5))) == []
    assert _said("en", _goal(6)) == []


def test_nothing_is_missing_to_a_tier_that_somebody_gets_in_a_moment() -> None:
    """The tiers were published a moment ago, and nobody was reckoned by them yet."""
    assert _said("en", _tiers(5_000_000)) == []


def test_a_tier_that_is_none_any_more_is_as_none() -> None:
    assert _said("en", _tiers(1_000_00, tier="gone")) == ["RUB 9,000 more to “Silver”"]
