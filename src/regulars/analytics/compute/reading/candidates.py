"""All columns that could be a field, the likeliest first."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from regulars.analytics.compute.reading import fit, recognition
from regulars.analytics.compute.reading.profile import Profile, profile
from regulars.analytics.compute.reading.types import Table


@dataclass(frozen=True, slots=True)
class Candidate:
    role: str
    column: int
    score: float
    name_score: int


class Candidates:
    """Scores of every column of a part for every role; columns the person named are taken out beforehand."""

    def __init__(
        self,
        table: Table,
        roles: recognition.Roles,
        taken: set[int],
        profiles: Sequence[Profile] | None = None,
    ) -> None:
        self.table = table
        self.roles = roles
        self.taken = taken
        self._known = profiles

    @cached_property
    def profiles(self) -> Sequence[Profile]:
        return self._known or [profile(column) for column in self.table.sample]

    @cached_property
    def all(self) -> list[Candidate]:
        """Sorted by score; equal scores by the order of the columns."""
        found = []
        for index, column in enumerate(self.table.columns):
            if index in self.taken or not self.profiles[index].count:
                continue
            for role in self.roles:
                name_score = recognition.score(self.roles, role, column.name)
                if name_score:
                    value = name_score * fit.OF_ROLE[role](self.profiles[index], name_score)
                    found.append(Candidate(role, index, value, name_score))
        return sorted((c for c in found if c.score > 0), key=lambda c: (-c.score, c.column))

    def of(self, *roles: str) -> list[Candidate]:
        return [c for c in self.all if c.role in roles and c.column not in self.taken]

    def best(self, role: str) -> Candidate | None:
        return next(iter(self.of(role)), None)

    def take(self, candidate: Candidate) -> None:
        self.taken.add(candidate.column)

    def named_but_unfit(self, *roles: str) -> int | None:
        """The column whose name says the role while its content does not."""
        best, best_score = None, 0
        for index, column in enumerate(self.table.columns):
            if index in self.taken or not self.profiles[index].count:
                continue
            name_score = max(recognition.score(self.roles, role, column.name) for role in roles)
            if name_score > best_score:
                best, best_score = index, name_score
        return best
