"""The arithmetic of a forecast, on cases whose answer is known beforehand."""

from __future__ import annotations

import numpy as np
import pytest

from regulars.analytics.compute.growth.evidence import Evidence
from regulars.analytics.compute.growth.interval import Expected, Shape, expect
from regulars.analytics.compute.growth.plan import Plan, plan
from regulars.analytics.compute.growth.precedents import Cases, Outcome, Precedents, Traits
from regulars.analytics.compute.growth.tide import Tide, expected_tide, tide_of

PEOPLE = 400


def plan_of(days: int = 720, target: int = 365) -> Plan:
    made = plan(days, target)
    assert made is not None
    return made


def traits(count: int, **changes: np.ndarray) -> Traits:
    ones = np.ones(count)
    return Traits(**({"absence": ones.astype(int), "size": ones, "weight": ones} | changes))


def precedents(made: Plan, half: np.ndarray, full: np.ndarray, who: Traits | None = None) -> Precedents:
    """The same people at each moment; `half` and `full` are their money, by (moment, person) or by person."""
    shape = (len(made.moments), PEOPLE)
    half, full = np.broadcast_to(half, shape), np.broadcast_to(full, shape)
    return Precedents.of(
        [
            Cases(
                index,
                np.arange(PEOPLE),
                who or traits(PEOPLE),
                Outcome(half[index].astype(float), half[index] > 0),
                Outcome((full if made.followed[index] else half)[index].astype(float), full[index] > 0),
            )
            for index in range(len(made.moments))
        ]
    )


def of(made: Plan, half: np.ndarray, full: np.ndarray, members: int = PEOPLE) -> Expected:
    return forecast(precedents(made, half, full), traits(members), made)


def forecast(past: Precedents, members: Traits, made: Plan, shape: Shape = "spending") -> Expected:
    evidence = Evidence.of(past, members, made, seed=1)
    tide = tide_of(evidence)
    return expect(evidence, shape, expected_tide(tide, [tide]), seed=1)


def everybody(money: float) -> np.ndarray:
    return np.full(PEOPLE, money)


def test_what_everybody_always_did_is_expected_of_everybody() -> None:
    found = of(plan_of(), everybody(50), everybody(100), members=37)
    assert (found.value, found.low, found.high) == pytest.approx((37 * 100 * 365 / 180,) * 3, rel=1e-4)
    assert found.share == pytest.approx(1, abs=0.01)
    assert found.tide == 0


@pytest.mark.parametrize(("second", "times"), [(50, 2.0), (25, 1 + 0.25), (0, 1.0), (80, 2.0)])
def test_what_fades_goes_on_fading(second: float, times: float) -> None:
    """Half a horizon brought 50, the next `second`; the target is two horizons, so four halves."""
    made = plan_of(target=360)
    found = of(made, everybody(50), everybody(50 + second))
    assert found.value == pytest.approx(PEOPLE * (50 + second) * times, rel=1e-3)


def test_a_target_within_the_horizon() -> None:
    made = plan_of(days=500, target=90)
    assert made.horizon == 88
    found = of(made, everybody(44), everybody(88))
    assert found.value == pytest.approx(PEOPLE * 90, rel=1e-3)


def test_chance_among_customers_widens() -> None:
    rng = np.random.default_rng(3)
    some = (rng.uniform(size=PEOPLE) < 0.3) * rng.gamma(2, 50, PEOPLE)
    few, many = (of(plan_of(), some / 2, some, members) for members in (20, 20_000))
    usual = some.mean() * 365 / 180
    for found, members in ((few, 20), (many, 20_000)):
        assert found.low < usual * members < found.high
        assert found.share == pytest.approx((some > 0).mean())  # the same ones come for half and for whole
    assert (few.high - few.low) / few.value > 3 * (many.high - many.low) / many.value


def test_one_customer_who_is_most_of_the_shop_widens() -> None:
    rng = np.random.default_rng(4)
    even = rng.gamma(2, 50, PEOPLE)
    whale = even.copy()
    whale[7] = 4 * even.sum()
    calm, wild = (of(plan_of(), money / 2, money) for money in (even, whale))
    assert (calm.high - calm.low) / calm.value < 0.3
    assert (wild.high - wild.low) / wild.value > 1.5
    assert wild.low >= 0


def test_moments_that_differ_beyond_chance_widen() -> None:
    made = plan_of()
    rng = np.random.default_rng(5)
    money = rng.gamma(2, 50, PEOPLE)
    season = np.where(np.arange(len(made.moments)) % 4 < 2, 0.6, 1.4)[:, None]
    calm, wild = (of(made, s * money / 2, s * money) for s in (np.ones_like(season), season))
    assert calm.tide < 0.1
    assert wild.tide > 0.4
    assert (wild.high - wild.low) / wild.value > 3 * (calm.high - calm.low) / calm.value


def test_half_of_the_tide_is_the_shops() -> None:
    calm, wild, vague = Tide(-0.01, 0.001), Tide(0.08, 0.001), Tide(1.5, 10.0)
    assert expected_tide(wild, [wild]) == pytest.approx(0.08**0.5)
    assert expected_tide(wild, [wild, calm]) == pytest.approx(((0.08 + 0.035) / 2) ** 0.5)
    assert expected_tide(calm, [wild, calm]) == pytest.approx((0.035 / 2) ** 0.5)
    assert expected_tide(calm, [calm, vague]) < 0.02  # who is left to chance says little of the others
    assert expected_tide(vague, [calm, vague]) == pytest.approx(0.75**0.5, abs=0.01)
    assert expected_tide(calm, [calm]) == 0
    assert expected_tide(Tide(50, 0), [Tide(50, 0)]) == 1


def test_members_are_compared_with_their_equals() -> None:
    """Most past members were away for short, and came back; the present ones are away for long."""
    made = plan_of()
    away = np.where(np.arange(PEOPLE) < 60, 300, 10)
    money = np.where(away == 300, 10.0, 100.0)
    past = precedents(made, money / 2, money, traits(PEOPLE, absence=away))
    now = traits(100, absence=np.full(100, 310))
    found = forecast(past, now, made)
    assert found.value == pytest.approx(100 * 10 * 365 / 180, rel=0.01)


def test_outcomes_in_proportion_to_the_weight() -> None:
    made = plan_of()
    weight = np.linspace(1, 3, PEOPLE)
    past = precedents(made, 10 * weight, 20 * weight, traits(PEOPLE, weight=weight))
    now = traits(2, weight=np.array([5.0, 10.0]))
    assert forecast(past, now, made).value == pytest.approx(15 * 20 * 365 / 180, rel=1e-3)


def test_what_is_at_stake_is_for_the_days_and_for_those_who_stay_away() -> None:
    """Everybody brings 2 a day; 60% have not ordered after half the horizon, 36% after the whole."""
    made = plan_of()
    rank = np.arange(PEOPLE) / PEOPLE
    stays = [rank < 0.6, rank < 0.36]
    weight = np.full(PEOPLE, 2.0)
    past = Precedents.of(
        [
            Cases(
                index,
                np.arange(PEOPLE),
                traits(PEOPLE, weight=weight),
                Outcome(2.0 * made.half * stays[0], stays[0]),
                Outcome(2.0 * made.ahead(moment) * stays[ahead], stays[ahead]),
            )
            for index, moment in enumerate(made.moments)
            for ahead in [int(made.followed[index])]
        ]
    )
    found = forecast(past, traits(PEOPLE, weight=weight), made, "losing")
    share = 0.6 ** (365 / 90)  # the rate at which they come back does not change
    assert found.share == pytest.approx(share, rel=0.01)
    assert found.value == pytest.approx(PEOPLE * 2 * 365 * share, rel=0.1)
    assert found.money_each == pytest.approx(2 * 365, rel=0.01)


def test_rising_takes_its_time_and_ends_with_everybody() -> None:
    made = plan_of()
    rank = np.arange(PEOPLE) / PEOPLE
    found = forecast(
        precedents(made, 100.0 * (rank < 0.1), 150.0 * (rank < 0.4)), traits(PEOPLE), made, "rising"
    )
    assert found.share == pytest.approx(1 - 0.6 ** (365 / 180), rel=0.01)
    assert found.money_each == pytest.approx(150 * (365 / 180) ** np.log2(1.5), rel=0.01)


def test_the_same_every_time() -> None:
    rng = np.random.default_rng(6)
    money = rng.gamma(0.5, 50, PEOPLE)
    assert of(plan_of(), money / 2, money) == of(plan_of(), money / 2, money)


@pytest.mark.parametrize("shape", ["spending", "rising", "losing"])
def test_nothing_at_all_is_nothing(shape: Shape) -> None:
    made = plan_of()
    past = precedents(made, everybody(0), everybody(0))
    found = forecast(past, traits(5, weight=np.zeros(5)), made, shape)
    assert (found.value, found.low, found.high, found.money_each) == (0, 0, 0, 0)
    assert np.isfinite(found.share)
