"""Pairs of bars over time, as the numbers an inline SVG is drawn from. No request, no query."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, floor, log10

WIDTH, HEIGHT = 600, 160
"""The box it is drawn in; it is stretched to the room there is, so words stand outside of it."""
STEPS = (1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10)
"""What the upper edge may be, with noughts behind."""
FILL = 0.7
"""Of the room of a span the two bars take that share."""


@dataclass(frozen=True)
class Pair:
    """Two bars and the room around them, for what is said when one points at it."""

    x: str
    room: str
    first_x: str
    first_y: str
    first_height: str
    second_x: str
    second_y: str
    second_height: str
    words: str = ""


@dataclass(frozen=True)
class Bars:
    """`high`: what the upper edge stands for; the lower one is nothing."""

    pairs: tuple[Pair, ...]
    bar: str
    high: int
    width: int = WIDTH
    height: int = HEIGHT


def bars(values: Sequence[tuple[int, int]], words: Sequence[str]) -> Bars | None:
    """None where all is nothing: an empty frame says less than a sentence. What is below nothing is not
    drawn."""
    most = max((max(pair) for pair in values), default=0)
    if most <= 0:
        return None
    high = _round_up(most)
    room = WIDTH / len(values)
    bar = room * FILL / 2
    pairs = []
    for place, ((one, other), said) in enumerate(zip(values, words, strict=True)):
        begin = place * room
        sizes = [max(value, 0) / high * HEIGHT for value in (one, other)]
        middle = begin + room / 2
        pairs.append(
            Pair(
                x=f"{begin:.1f}",
                room=f"{room:.1f}",
                first_x=f"{middle - bar:.1f}",
                first_y=f"{HEIGHT - sizes[0]:.1f}",
                first_height=f"{sizes[0]:.1f}",
                second_x=f"{middle:.1f}",
                second_y=f"{HEIGHT - sizes[1]:.1f}",
                second_height=f"{sizes[1]:.1f}",
                words=said,
            )
        )
    return Bars(tuple(pairs), f"{bar * 0.94:.1f}", high)


def _round_up(most: int) -> int:
    """The next round number."""
    power = 10 ** floor(log10(most))
    return int(next(ceil(step * power) for step in STEPS if step * power >= most))
