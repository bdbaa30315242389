"""A condition ready to be asked."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from regulars.kit import attributes as registry
from regulars.kit.attributes import Attribute, Relation
from regulars.segments.compiling.asking import Asking, Known
from regulars.segments.compiling.changing import may_have_changed
from regulars.segments.compiling.dependence import Dependence, depends
from regulars.segments.compiling.leaves import asked
from regulars.segments.compiling.moments import OfRow
from regulars.segments.compiling.statements import Statement
from regulars.segments.compiling.surroundings import Surroundings
from regulars.segments.types import Condition


@dataclass(frozen=True)
class Compiled:
    """Who fulfils a condition, and what makes the answer another.

    `events`: names of the events after which somebody's answer may be another. `by_figures`: it also may
    be when figures are made; `by_segments`: when somebody enters or leaves these segments; `by_time`: when
    nothing happens at all.
    """

    condition: Condition
    known: Known
    depends: Dependence

    @property
    def events(self) -> frozenset[str]:
        return self.depends.events

    @property
    def by_figures(self) -> bool:
        return self.depends.by_figures

    @property
    def by_segments(self) -> frozenset[int]:
        return self.depends.by_segments

    @property
    def by_time(self) -> bool:
        return self.depends.by_time

    def everybody(self, now: datetime) -> Statement:
        """All who fulfil it as of `now`."""
        return self._statement(Asking(self.known, now))

    def among(self, now: datetime, persons: Sequence[int], profiles: Sequence[int]) -> Statement:
        """Who of these persons fulfils it as of `now`. `profiles` are all of theirs."""
        return self._statement(Asking(self.known, now, (persons, profiles)))

    @cached_property
    def of_rows(self) -> Statement:
        """Whether the person of a row fulfils it as of the moment of that row (`moments.ROW`).

        Stands LATERAL beside the rows, and gives their person or nothing.
        """
        return self._statement(Asking(self.known, OfRow()))

    def may_have_changed(
        self, after: datetime, up_to: datetime, zones: Collection[str] | None = None
    ) -> Statement | None:
        """All whose answer time alone may make another in (after, up_to], and perhaps some more.

        None: nobody's can. Those who enter and leave other segments meanwhile are not among them. `zones`:
        all time zones that customers have of their own; without them a day may begin for somebody at every
        quarter of an hour.
        """
        if not self.by_time:
            return None
        return may_have_changed(self.condition, self.known, after, up_to, zones)

    def _statement(self, asking: Asking) -> Statement:
        condition = asked(asking, self.condition)
        return Statement(asking.statement_of(condition), asking.values.params)


def compile_condition(
    condition: Condition,
    *,
    surroundings: Surroundings,
    attributes: Mapping[str, Attribute] | None = None,
    relations: Mapping[str, Relation] | None = None,
) -> Compiled:
    """Make a condition ready. Raises BadCondition if it names what there is not.

    `attributes` and `relations`: others than the registered ones, as where the order in hand stands in for
    stored ones.
    """
    known = Known(
        surroundings,
        registry.registered() if attributes is None else attributes,
        registry.relations() if relations is None else relations,
    )
    return Compiled(condition, known, depends(condition, known))
