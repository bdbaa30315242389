"""Which offers apply to a cart together.

Prices come first, then percents, then sums of money, each off what the ones before left; within one of
these, the older offer first. Offers that say so count together; any other counts alone. A standing discount,
which the customer has anyway, comes off what is left, if all offers that count go with it.

Of these ways, and of that without any offer, the one that leaves least to be paid counts; of equals the one
that uses fewer codes, then that without any, then the older offer. So no code is used for nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.offers.rules.taking import Line, Ready, taken_off
from regulars.offers.types import OffAmount, OffPercent, Standing


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
    """The offers that count, what the standing discount takes off each line after them, and the numbers of
    offers whose budget is too small for what they would take off."""

    offs: tuple[Off, ...]
    standing: tuple[int, ...]
    too_dear: frozenset[int] = frozenset()

    @property
    def amount_minor(self) -> int:
        """What the offers take off."""
        return sum(off.amount_minor for off in self.offs)

    @property
    def rank(self) -> tuple[int, int, int]:
        """The greater, the better."""
        return (
            self.amount_minor + sum(self.standing),
            -sum(1 for off in self.offs if off.candidate.code),
            -min((off.candidate.offer_id for off in self.offs), default=0),
        )


def combine(
    lines: Sequence[Line], candidates: Sequence[Candidate], standing: Standing | None = None
) -> Combined:
    """The best combination of these offers, each of which by itself may be used, beside a standing
    discount."""
    if standing and sum(line.amount_minor for line in lines) < standing.total_from_minor:
        standing = None
    too_dear = {
        one.offer_id
        for one in candidates
        if one.left_minor is not None and _way(lines, [one], standing).amount_minor > one.left_minor
    }
    fit = sorted((one for one in candidates if one.offer_id not in too_dear), key=lambda one: one.turn)
    together = [one for one in fit if one.ready.terms.with_offers]
    ways = [_way(lines, [one], standing) for one in fit if not one.ready.terms.with_offers]
    ways += [_way(lines, [], standing), _together(lines, together, standing)]
    if standing:
        gentle = [one for one in together if one.ready.terms.with_tier]
        if len(gentle) < len(together):
            ways.append(_together(lines, gentle, standing))
    best = max(ways, key=lambda way: way.rank)
    return Combined(best.offs, best.standing, frozenset(too_dear))


def _together(lines: Sequence[Line], candidates: Sequence[Candidate], standing: Standing | None) -> Combined:
    """All of them but for those whose code adds nothing: without it the others take as much."""
    way = _way(lines, candidates, standing)
    for off in sorted(way.offs, key=lambda off: off.amount_minor):
        if off.candidate.code:
            others = [one for one in candidates if one is not off.candidate]
            if _way(lines, others, standing).rank[:2] >= way.rank[:2]:
                return max(way, _together(lines, others, standing), key=lambda one: one.rank)
    return way


def _way(lines: Sequence[Line], candidates: Sequence[Candidate], standing: Standing | None) -> Combined:
    """What all of these take off, one after the other, and then the standing discount if they go with it."""
    left = [line.amount_minor for line in lines]
    offs = []
    for candidate in candidates:
        taken = candidate.ready.off(lines, left)
        if any(taken):
            left = [rest - part for rest, part in zip(left, taken, strict=True)]
            offs.append(Off(candidate, taken))
    if standing and all(off.candidate.ready.terms.with_tier for off in offs):
        return Combined(tuple(offs), tuple(taken_off(standing.takes, left)))
    return Combined(tuple(offs), (0,) * len(left))
