"""The curve of a segment: where its points lie, and what its edges stand for."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from regulars.console.segment_pages.curve import HEIGHT, WIDTH, curve


def _points(line: str) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"[ML]([\d.-]+) ([\d.-]+)", line)]


@pytest.mark.parametrize("values", [[], [5]])
def test_one_point_is_no_curve(values: list[int]) -> None:
    assert curve(values) is None


@pytest.mark.parametrize(
    ("values", "low", "high"),
    [
        ([0, 0], 0, 1),
        ([3, 3], 0, 3),
        ([1, 2, 11], 0, 15),
        ([900, 1000], 900, 1000),  # nobody would see a tenth on an axis from nothing
        ([100_000, 100_700], 100_000, 100_800),
    ],
)
def test_edges_are_round(values: list[int], low: int, high: int) -> None:
    found = curve(values)
    assert found is not None
    assert (found.low, found.high) == (low, high)


@given(st.lists(st.integers(0, 10**9), min_size=2, max_size=90))
def test_every_point_says_its_value(values: list[int]) -> None:
    found = curve(values)
    assert found is not None
    assert 0 <= found.low <= min(values)
    assert found.high >= max(values)
    points = _points(found.line)
    assert len(points) == len(values) == len(found.bars)
    assert points[0][0] == 0
    assert points[-1][0] == WIDTH
    span = found.high - found.low
    for (_, y), value in zip(points, values, strict=True):
        assert 0 <= y <= HEIGHT
        assert (HEIGHT - y) / HEIGHT * span + found.low == pytest.approx(value, abs=span * 0.001 + 0.001)
    assert bool(found.area) == (found.low == 0)
