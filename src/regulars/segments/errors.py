"""What can be wrong with a segment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from regulars.kit.errors import RegularsError


@dataclass(frozen=True, slots=True)
class Wrong:
    """What is wrong with a node of a condition. `path`: the way to it, as indexes from the root."""

    path: tuple[int, ...]
    message: str


class SegmentProblem(RegularsError):
    """Something about a segment that a person can put right."""

    code = "segment"


class BadCondition(SegmentProblem):
    """Its condition cannot be kept; `wrongs` says what, at which node."""

    code = "bad_condition"

    def __init__(self, message: str, wrongs: Sequence[Wrong] = ()) -> None:
        super().__init__(message)
        self.wrongs = tuple(wrongs)


class NoSuchSegment(SegmentProblem):
    """It was deleted, or never was."""

    code = "no_such_segment"


class CountTooSlow(SegmentProblem):
    """How many it finds could not be counted in a few seconds."""

    code = "count_too_slow"


class SegmentInUse(SegmentProblem):
    """Other segments name it, so it cannot be put away."""

    code = "segment_in_use"


class TooManySegments(SegmentProblem):
    """More than are kept true at any moment."""

    code = "too_many_segments"


class NotByHand(SegmentProblem):
    """Only the people of a static segment are chosen by hand."""

    code = "not_by_hand"
