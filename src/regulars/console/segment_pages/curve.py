"""A curve of how many there were, as the numbers an inline SVG is drawn from. No request, no query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 600, 160
"""The box it is drawn in; it is stretched to the room there is, so words stand outside of it."""
FLAT = 0.5
"""Where the least is above this share of the most, the axis does not begin at nothing: nobody would see a
change of a large segment."""


@dataclass(frozen=True)
class Bar:
    """The room of a day, for what is said when one points at it."""

    x: str
    width: str
    value: int


@dataclass(frozen=True)
class Curve:
    """`line` and `area`: paths. `low` and `high`: what the lower and the upper edge stand for.

    `area` is empty where the lower edge is not nothing: a filled one would say how much there is in all.
    """

    line: str
    area: str
    low: int
    high: int
    bars: tuple[Bar, ...]
    width: int = WIDTH
    height: int = HEIGHT


def curve(values: Sequence[int]) -> Curve | None:
    """None for fewer than two values: one point is no curve."""
    if len(values) < 2:
        return None
    low, high = _edges(min(values), max(values))
    step = WIDTH / (len(values) - 1)
    points = [
        (place * step, HEIGHT - (value - low) / (high - low) * HEIGHT) for place, value in enumerate(values)
    ]
    line = "M" + "L".join(f"{x:.1f} {y:.1f}" for x, y in points)
    bars = tuple(
        Bar(f"{max(0.0, (place - 0.5) * step):.1f}", f"{step:.1f}", value)
        for place, value in enumerate(values)
    )
    return Curve(line, f"{line}V{HEIGHT}H0Z" if low == 0 else "", low, high, bars)


def _edges(least: int, most: int) -> tuple[int, int]:
    """Round numbers around the values; from nothing on where they vary much."""
    if most == 0:
        return 0, 1
    begin = least if least > FLAT * most and most > least else 0
    size = _round_step(most - begin)
    low = floor(begin / size) * size if begin else 0
    high = ceil(most / size) * size
    return (low, high) if high > low else (low, low + size)


def _round_step(span: int) -> int:
    """1, 2 or 5 with noughts behind, about a fourth of the span."""
    wanted = max(span / 4, 1)
    power = 10 ** floor(log10(wanted))
    return int(next(factor * power for factor in (1, 2, 5, 10) if factor * power >= wanted))
