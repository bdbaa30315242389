"""Which offers apply to a cart together.

Prices come first, then percents, then sums of money, each off what the ones before left; within one of
these, the older offer first. Offers that say so count together; any other counts alone. Of the ways to
combine them the one that takes most off counts; of equals the one that uses fewer codes, then the older
offer. An offer that adds nothing to the others is left out, so that no code is used for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.offers.rules.taking import Line, Ready
from regulars.offers.types import OffAmount, OffPercent


@dataclass(frozen=True, slots=True)
class Candidate:
    """An offer that may be used now. `code`: as it was given, empty without; `left_minor`: of its budget."""

    offer_id: int
    ready: Ready
    code: str = ""
    code_id: int | None = None
    left_minor: int | None = None

    @property
    def turn(self) -> tuple[int, int]:
        takes = self.ready.terms.takes
        return (
            1 if isinstance(takes, OffPercent) else 2 if isinstance(takes, OffAmount) else 0,
            self.offer_id,
        )


@dataclass(frozen=True, slots=True)
class Off:
    """What a candidate takes off, line by line."""

    candidate: Candidate
    lines: tuple[int, ...]

    @property
    def amount_minor(self) -> int:
        return sum(self.lines)


@dataclass(frozen=True, slots=True)
class Combined:
    """The offers that count, and those whose budget is too small for what they would take off."""

    offs: tuple[Off, ...] = ()
    too_dear: frozenset[int] = frozenset()
    """Numbers of offers."""

    @property
    def amount_minor(self) -> int:
        return sum(off.amount_minor for off in self.offs)


def combine(lines: Sequence[Line], candidates: Sequence[Candidate]) -> Combined:
    """The best combination of these offers, each of which by itself may be used."""
    too_dear = {
        one.offer_id
        for one in candidates
        if one.left_minor is not None and _alone(lines, one).amount_minor > one.left_minor
    }
    fit = sorted((one for one in candidates if one.offer_id not in too_dear), key=lambda one: one.turn)
    together = [one for one in fit if one.ready.terms.with_offers]
    ways = [_together(lines, together)]
    ways += [(off,) for one in fit if not one.ready.terms.with_offers and (off := _alone(lines, one))]
    best = max(ways, key=_rank)
    return Combined(tuple(off for off in best if off.amount_minor), frozenset(too_dear))


def _rank(way: tuple[Off, ...]) -> tuple[int, int, int]:
    return (
        sum(off.amount_minor for off in way),
        -sum(1 for off in way if off.candidate.code),
        -min((off.candidate.offer_id for off in way), default=0),
    )


def _alone(lines: Sequence[Line], candidate: Candidate) -> Off:
    return Off(candidate, candidate.ready.off(lines, [line.amount_minor for line in lines]))


def _together(lines: Sequence[Line], candidates: Sequence[Candidate]) -> tuple[Off, ...]:
    """All of them but for those that add nothing: without them the others take as much."""
    offs = _one_after_another(lines, candidates)
    total = sum(off.amount_minor for off in offs)
    for off in sorted(offs, key=lambda off: (off.amount_minor, not off.candidate.code)):
        if off.amount_minor and not off.candidate.code:
            continue  # what costs nobody a code stays
        rest = _one_after_another(lines, [one.candidate for one in offs if one is not off])
        if sum(one.amount_minor for one in rest) >= total:
            return _together(lines, [one.candidate for one in rest])
    return offs


def _one_after_another(lines: Sequence[Line], candidates: Sequence[Candidate]) -> tuple[Off, ...]:
    left = [line.amount_minor for line in lines]
    offs = []
    for candidate in candidates:
        taken = candidate.ready.off(lines, left)
        left = [rest - part for rest, part in zip(left, taken, strict=True)]
        offs.append(Off(candidate, taken))
    return tuple(offs)
