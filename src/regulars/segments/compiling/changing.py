"""Whose answer may become another by time alone, leaf by leaf.

A row begins to count when its moment comes, and ceases to when it is so long ago: both are found by
narrow looks into indexes of moments. What is counted in days turns at midnights only.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from datetime import UTC, datetime, timedelta

from regulars.kit.attributes import Attribute, Kind, Relation
from regulars.segments.compiling import happenings, windows
from regulars.segments.compiling.asking import Asking, Known
from regulars.segments.compiling.calendar import begins_in, days_may_begin, next_day
from regulars.segments.compiling.dependence import leaves
from regulars.segments.compiling.leaves import value
from regulars.segments.compiling.orders import of_what
from regulars.segments.compiling.statements import Statement
from regulars.segments.compiling.windows import Span
from regulars.segments.types import (
    Anniversary,
    Bought,
    Condition,
    DaysAgo,
    Did,
    Has,
    Where,
    Within,
)
from regulars.segments.types import Sequence as Steps

_FIRST_OR_LAST = re.compile(r"\s*(min|max)\s*\(\s*at\s*\)\s*", re.IGNORECASE)
"""An attribute that is the moment of a row."""
_ZONES_APART = timedelta(days=2)
"""No day of anybody's calendar begins or ends further than this from the same day of UTC."""
_CLOCKS_APART = timedelta(hours=3)
"""The database and Python may know clocks differently, by no more than this."""


_EARLIEST = datetime(1, 1, 1, tzinfo=UTC)


def may_have_changed(
    condition: Condition,
    known: Known,
    after: datetime,
    up_to: datetime,
    zones: Collection[str] | None,
) -> Statement | None:
    """See `Compiled.may_have_changed`."""
    asking = Asking(known, up_to)
    turning = _Turning(asking, after, up_to, zones)
    found = dict.fromkeys(each for leaf, _ in leaves(condition) for each in turning.of(leaf))
    if not found:
        return None
    several = "\nUNION ALL\n".join(found)
    return Statement(f"SELECT DISTINCT person_id FROM ({several}) AS turning", asking.values.params)  # noqa: S608


class _Turning:
    """SELECTs of persons whose answer to a leaf may become another in (after, up_to]."""

    def __init__(
        self, asking: Asking, after: datetime, up_to: datetime, zones: Collection[str] | None
    ) -> None:
        self.asking, self.after, self.up_to = asking, after, up_to
        surroundings = asking.known.surroundings
        self.of_the_shop = surroundings.today(after) != surroundings.today(up_to)
        self.begins_in = None if zones is None else begins_in(zones, after, up_to)
        self.midnight = self.of_the_shop or (
            days_may_begin(after, up_to) if self.begins_in is None else bool(self.begins_in)
        )

    def of(self, leaf: Condition) -> Iterator[str]:
        match leaf:
            case Has():
                yield from self._of_attribute(leaf)
            case Did():
                yield from self._of_event(leaf.event, leaf.where, leaf.within)
            case Steps():
                yield from self._of_sequence(leaf)
            case Bought():
                yield from self._of_orders(leaf)

    def _of_attribute(self, leaf: Has) -> Iterator[str]:
        attribute = self.asking.known.attributes[leaf.attribute]
        relation = self.asking.known.relations[attribute.relation]
        if not relation.one_each:
            yield from self._of_rows(relation, [(self.after, self.up_to)])
        elif "{now}" in relation.query:
            yield f"SELECT person_id FROM ({self.asking.filled(relation.query)}) AS of_relation"  # noqa: S608
        if self.midnight and isinstance(leaf.test, DaysAgo | Anniversary):
            if isinstance(leaf.test, DaysAgo) and _FIRST_OR_LAST.fullmatch(attribute.expression):
                yield from self._of_days_ago(relation, leaf.test)
            else:
                yield self._of_days(attribute, leaf.test)

    def _of_days(self, attribute: Attribute, test: DaysAgo | Anniversary) -> str:
        """By the attribute's value, which has to be found for everybody."""
        asking = Asking(self.asking.known, self.up_to, values=self.asking.values)
        day = value(asking, attribute)
        return asking.statement_of(self._turns(day, attribute.kind, test))

    def _of_days_ago(self, relation: Relation, test: DaysAgo) -> Iterator[str]:
        """By the rows of about that time, one of which the value is if it turns."""
        ends = [] if test.at_least is None else [test.at_least]
        ends += [] if test.at_most is None else [test.at_most + 1]
        turns = self._turns("r.at", Kind.MOMENT, test)
        for days in ends:
            span = self._days_that_turn(timedelta(days=days))
            yield (
                f"SELECT u.person_id FROM ({self._moments(relation)}) AS r"  # noqa: S608
                " JOIN facts_customers AS u ON u.person_id = r.person_id"
                f" WHERE {windows.in_span(self.asking, 'r.at', span)} AND {turns}"
            )

    def _days_that_turn(self, ago: timedelta) -> Span:
        """In which the days lie that come to be so long ago, in the zones where a day begins."""
        if self.begins_in is None:
            return self.after - ago - _ZONES_APART, self.up_to - ago + _ZONES_APART
        zones = [*self.begins_in, *([self.asking.known.surroundings.zone] if self.of_the_shop else [])]
        days = [(next_day(self.after, zone, ago), next_day(self.up_to, zone, ago)) for zone in zones]
        return min(first for first, _ in days) - _CLOCKS_APART, max(last for _, last in days) + _CLOCKS_APART

    def _turns(self, day: str, kind: Kind, test: DaysAgo | Anniversary) -> str:
        calendar = self.asking.calendar
        if kind is Kind.MOMENT:
            day = calendar.day_of(day)
        turns = calendar.may_begin(test, day, self.after, self.up_to)
        if self.of_the_shop:
            return turns
        if self.begins_in is None:
            return f"(u.timezone IS NOT NULL AND {turns})"
        return f"(u.timezone = ANY({self.asking.values.bind(self.begins_in, 'text[]')}) AND {turns})"

    def _of_event(self, event: str, where: tuple[Where, ...], within: Within) -> Iterator[str]:
        spans = windows.turning(self.after, self.up_to, windows.length(within))
        earliest = _EARLIEST if len(spans) == 1 else spans[-1][0]
        yield from self._of_events(event, where, spans, earliest)

    def _of_sequence(self, leaf: Steps) -> Iterator[str]:
        counts_for, over = timedelta(days=leaf.days), timedelta(minutes=leaf.minutes)
        spans = windows.turning(self.after, self.up_to, counts_for)
        earliest = self.after - counts_for
        yield from self._of_events(leaf.then.event, leaf.then.where, spans[:1], earliest)
        if not leaf.happened:
            spans.append((self.after - over, self.up_to - over))
        yield from self._of_events(leaf.first.event, leaf.first.where, spans, earliest)

    def _of_events(
        self, event: str, where: tuple[Where, ...], spans: Sequence[Span], earliest: datetime
    ) -> Iterator[str]:
        """Those to whom it happened then; if tests are of days, at a midnight at any time that counts.

        A look into the index for each span: several at once might become a look at all events of a name.
        """
        dated = happenings.dated(where)
        if dated and self.midnight:
            spans = [(earliest, self.up_to)]
        named = happenings.of_names(self.asking, [event])
        passing = [] if dated else happenings.passing(self.asking, where)
        for span in spans:
            conditions = [*named, windows.in_span(self.asking, "e.occurred_at", span), *passing]
            yield (
                f"SELECT p.person_id FROM {happenings.rows(dated=False)}"  # noqa: S608
                f" WHERE {' AND '.join(conditions)}"
            )

    def _of_orders(self, leaf: Bought) -> Iterator[str]:
        relation = of_what(self.asking, leaf)
        counts_for = windows.length(leaf.within)
        spans = windows.turning(self.after, self.up_to, counts_for)
        if self.midnight and happenings.dated(leaf.where):
            spans = [(_EARLIEST if counts_for is None else spans[-1][0], self.up_to)]
        yield from self._of_rows(relation, spans)

    def _of_rows(self, relation: Relation, spans: Sequence[Span]) -> Iterator[str]:
        for span in spans:
            within = windows.in_span(self.asking, "r.at", span)
            yield f"SELECT r.person_id FROM ({self._moments(relation)}) AS r WHERE {within}"  # noqa: S608

    def _moments(self, relation: Relation) -> str:
        return self.asking.filled(relation.moments or relation.query)
