"""Do the 80% intervals hold what they promise? Counted over many shops whose ways never change."""

from __future__ import annotations

from collections import defaultdict

import pytest
from tests.analytics.compute.growth.shops import Kind, Then, made_up, then_and_after

from regulars.analytics.compute.engine import connection

# (days, the last so many of them are foretold, what kind of shop)
SHOPS = [
    (1095 + 365, 365, {}),
    (730 + 365, 365, {"opened": True}),
    (900 + 365, 365, {"sleepers": 0.7, "gap": 40.0}),
    (500 + 90, 90, {}),
    (400 + 90, 90, {"opened": True, "gap": 35.0}),
    (540 + 365, 365, {"customers": 500}),
    (190 + 180, 180, {"gap": 25.0, "stay": 200.0, "sleep": 90.0}),
]
EACH = 24


@pytest.mark.slow
def test_four_in_five_outcomes_fall_inside(capsys: pytest.CaptureFixture[str]) -> None:
    outcomes: dict[str, list[Then]] = defaultdict(list)
    for number, (days, target, ways) in enumerate(SHOPS):
        for seed in range(EACH):
            with connection(threads=1) as con:
                made_up(1000 * number + seed, Kind(days, **ways)).fill(con, products=8, seed=seed)
                for key, then in then_and_after(con, days, target, products=True).items():
                    if isinstance(then, Then):
                        outcomes[key].append(then)
    lines = [_line(key, thens) for key, thens in outcomes.items()]
    with capsys.disabled():
        print("", *lines, sep="\n")
    for key, thens in outcomes.items():
        assert len(thens) >= 50, key
        assert 0.65 <= sum(then.inside for then in thens) / len(thens) <= 0.95, (key, lines)


def _line(key: str, thens: list[Then]) -> str:
    shares = [
        sum(test(then) for then in thens) / len(thens)
        for test in (
            lambda then: then.inside,
            lambda then: then.actual < then.low,
            lambda then: then.actual > then.high,
        )
    ]
    widths = sorted((then.high - then.low) / max(then.value, 1e-9) for then in thens)
    return (
        f"{key:16s} {len(thens):4d} forecasts: {shares[0]:.0%} inside, {shares[1]:.0%} below, "
        f"{shares[2]:.0%} above; median width {widths[len(widths) // 2]:.2f} of the value"
    )
