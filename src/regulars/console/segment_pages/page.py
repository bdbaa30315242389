"""One segment in words: its figures, how it grew, who came and left."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from regulars.analytics.wording.numbers import plain
from regulars.console.import_pages import moment
from regulars.console.segment_pages import words
from regulars.console.segment_pages.curve import Curve, curve
from regulars.console.segment_pages.growth import MONTH
from regulars.console.voice import Voice
from regulars.console.wording.people import name_or_number
from regulars.segments.types import DayCount, Kind, Passage, SegmentRow, State

DAYS_DRAWN = 90
"""A quarter: long enough to see a season begin, short enough to see a day."""
PASSAGES_SHOWN = 6


@dataclass(frozen=True)
class Tile:
    """A figure as parts/figure.html takes it."""

    label: str
    value: str
    period: str = ""


@dataclass(frozen=True)
class Came:
    """Somebody who came or left, and when."""

    person: int
    name: str
    when: str
    entered: bool


@dataclass(frozen=True)
class DayRow:
    day: str
    members: str
    came: str
    left: str


class SegmentPage:
    """What the page of a segment says; `days`: the last DAYS_DRAWN of them, the oldest first."""

    def __init__(self, row: SegmentRow, days: Sequence[DayCount], speak: Voice) -> None:
        self.row = row
        self.speak = speak
        # Today's line is written when somebody comes or goes; until then today is as yesterday.
        self.days = [*days[:-1], self._as_now(days[-1])] if days else []

    def _as_now(self, day: DayCount) -> DayCount:
        members = self.row.members if self.row.state is State.READY else day.members
        return DayCount(day.day, members, day.entered, day.left)

    @property
    def name(self) -> str:
        return plain(self.row.name)

    @property
    def note(self) -> str:
        return plain(self.row.note)

    @cached_property
    def standing(self) -> words.Standing:
        return words.standing(self.row)

    @property
    def what_it_is(self) -> str:
        return words.what_it_is(self.row)

    @cached_property
    def sentence(self) -> str:
        """Whom it means; empty for a list."""
        said = words.sentences([self.row]).get(self.row.id, "")
        return f"{said}." if said else ""

    @property
    def frozen_name(self) -> str:
        """What a snapshot of now is called where nobody says otherwise."""
        return _("%(name)s on %(day)s") % {"name": self.name, "day": self.speak.day(self.speak.today)}

    @property
    def is_live(self) -> bool:
        return self.row.kind is Kind.LIVE

    @property
    def is_list(self) -> bool:
        return self.row.kind is Kind.STATIC

    @property
    def is_away(self) -> bool:
        return self.row.state is State.ARCHIVED

    @property
    def is_building(self) -> bool:
        return self.row.state is State.BUILDING

    @property
    def has_people(self) -> bool:
        """Whether there is anything to show yet: not while a new one is put together."""
        return not self.is_away and (not self.is_building or self.row.members > 0)

    @property
    def has_failed(self) -> bool:
        return self.row.state is State.FAILED

    # --- figures ----------------------------------------------------------------------------------------
    def tiles(self, revenue_minor: int, buyers: int) -> list[Tile]:
        """Its size first, then who comes and goes, then what it is worth."""
        formats = self.speak.formats
        found = [Tile(_("People now"), formats.number(self.row.members), self._change)]
        if self.is_live:
            month = [day for day in self.days if day.day > self.speak.today - MONTH]
            came, left = sum(day.entered for day in month), sum(day.left for day in month)
            period = _("in 30 days")
            found += [
                Tile(pgettext("people", "Came"), formats.number(came), period),
                Tile(pgettext("people", "Left"), formats.number(left), period),
            ]
        if buyers:
            each = self.speak.money(revenue_minor // buyers)
            found.append(
                Tile(
                    _("Have brought so far"),
                    self.speak.money(revenue_minor),
                    _("%(money)s each on average") % {"money": each},
                )
            )
        return found

    @property
    def _change(self) -> str:
        then = self.speak.today - MONTH
        before = next((day for day in reversed(self.days) if day.day <= then), None)
        if before is not None:
            by = words.change(self.row.members - before.members, self.speak)
            return _("%(change)s in 30 days") % {"change": by}
        first = self.days[0] if self.days else None
        if first is None or first.day >= self.speak.today:
            return _("since today")
        by = words.change(self.row.members - first.members, self.speak)
        return _("%(change)s since %(day)s") % {"change": by, "day": self.speak.day(first.day)}

    @property
    def as_of(self) -> str:
        """As of when all of it is so."""
        if self.is_live:
            at = self.row.true_at
            return _("as of %(when)s") % {"when": moment(at, self.speak)} if at else ""
        return _("made on %(day)s") % {"day": self.speak.day(self.speak.day_of(self.row.created_at))}

    # --- how it grew --------------------------------------------------------------------------------------
    @cached_property
    def curve(self) -> Curve | None:
        if not self.is_live:
            return None
        return curve([day.members for day in self.days])

    @property
    def curve_high(self) -> str:
        return self.speak.formats.number(self.curve.high) if self.curve else ""

    @property
    def curve_low(self) -> str:
        return self.speak.formats.number(self.curve.low) if self.curve else ""

    @property
    def first_day(self) -> str:
        return self.speak.day(self.days[0].day)

    @property
    def growth_sentence(self) -> str:
        """What the curve shows, for those who do not see it and those in a hurry."""
        first, last, formats = self.days[0], self.days[-1], self.speak.formats
        most = max(self.days, key=lambda day: day.members)
        said = {
            "then": formats.number(first.members),
            "day": self.speak.day(first.day),
            "now": formats.number(last.members),
            "most": formats.number(most.members),
            "most_day": self.speak.day(most.day),
        }
        if most.members > max(first.members, last.members):
            return _("%(then)s on %(day)s, %(now)s today; the most, %(most)s, on %(most_day)s.") % said
        return _("%(then)s on %(day)s, %(now)s today.") % said

    @cached_property
    def bars(self) -> list[tuple[str, str, str]]:
        """(x, width, words) of each day, said when one points at it."""
        if self.curve is None:
            return []
        return [
            (bar.x, bar.width, f"{self.speak.day(day.day)}: {self.speak.formats.customers(bar.value)}")
            for bar, day in zip(self.curve.bars, self.days, strict=True)
        ]

    @property
    def day_rows(self) -> list[DayRow]:
        """Days on which somebody came or left, the latest first, and the first of all."""
        formats = self.speak.formats
        return [
            DayRow(
                self.speak.day(day.day),
                formats.number(day.members),
                formats.number(day.entered),
                formats.number(day.left),
            )
            for place, day in reversed(list(enumerate(self.days)))
            if day.entered or day.left or place in {0, len(self.days) - 1}
        ]

    # --- who came and left --------------------------------------------------------------------------------
    def came(self, passages: Sequence[Passage], names: Mapping[int, str]) -> list[Came]:
        return [
            Came(
                person=passage.person_id,
                name=name_or_number(names.get(passage.person_id), passage.person_id),
                when=moment(passage.at, self.speak),
                entered=passage.entered,
            )
            for passage in passages
        ]

    # --- while it is put together -------------------------------------------------------------------------
    def progress(self, done: int, total: int | None) -> str:
        formats = self.speak.formats
        if total is None:
            return _("Looking for its people")
        return ngettext(
            "%(done)s of %(total)s person is in its place",
            "%(done)s of %(total)s people are in their places",
            total,
        ) % {"done": formats.number(done), "total": formats.number(total)}
