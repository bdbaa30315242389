"""One customer of a list in words."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from regulars.analytics.types import Audit, CustomerRow, Run, Segment, Stage
from regulars.analytics.wording.numbers import DASH, NBSP, plain
from regulars.analytics.wording.segments import segment_words, stage_words
from regulars.console.voice import Voice

LATE_FACTOR = 1.5
"""A silence of so many usual gaps is longer than usual; the audit's growth points say "late" by the same."""


@dataclass(frozen=True)
class Basis:
    """The run the figures are of: the day they are counted up to, and the shop's rhythm."""

    as_of: date
    rhythm_days: float
    own_stages: Collection[Stage] = ()

    @classmethod
    def of(cls, made: Run | Audit | None) -> Basis | None:
        """None where nothing was made yet."""
        return cls(made.as_of, made.rhythm_days, made.own_stages) if made else None


@dataclass(frozen=True)
class Group:
    """A stage or a segment: its name, the colour of its meaning, who is in it, what to do."""

    name: str
    tone: str
    who: str
    advice: str


@dataclass(frozen=True)
class PersonLine:
    """A row of a list. `why` says in words why to look at them, `worth` what they have brought so far."""

    id: int
    name: str
    stage: Group | None
    segment: Group | None
    orders: str
    revenue: str
    last: str
    silent: str
    first: str
    usual: str
    why: str
    worth: str


def name_or_number(name: str | None, person_id: int) -> str:
    """What to call somebody: the name, or the number where none is known."""
    return plain(name or "") or _("Customer %(number)s") % {"number": person_id}


def unseen_line(person_id: int, name: str | None) -> PersonLine:
    """Somebody whose orders no run has looked at yet."""
    return PersonLine(
        id=person_id,
        name=name_or_number(name, person_id),
        stage=None,
        segment=None,
        orders=DASH,
        revenue=DASH,
        last=DASH,
        silent="",
        first=DASH,
        usual=DASH,
        why="",
        worth="",
    )


def person_line(row: CustomerRow, name: str | None, basis: Basis | None, voice: Voice) -> PersonLine:
    formats = voice.formats
    revenue = voice.money(row.revenue_minor, row.currency)
    days = silent_days(row, basis, voice)
    return PersonLine(
        id=row.person_id,
        name=name_or_number(name, row.person_id),
        stage=stage(row.stage, basis, voice),
        segment=segment(row.segment),
        orders=formats.number(row.orders),
        revenue=revenue if row.orders else DASH,
        last=formats.day_short(row.last_day) if row.last_day else DASH,
        silent="" if days is None else _("%(days)s ago") % {"days": formats.days(days)},
        first=formats.day_short(row.first_day) if row.first_day else DASH,
        usual=formats.days(row.usual_gap_days),
        why=why(row, basis, voice),
        worth=worth(row, voice),
    )


def worth(row: CustomerRow, voice: Voice) -> str:
    """ "7 orders for RUB 12,400"."""
    count = voice.formats.orders(row.orders).replace(" ", NBSP)
    money = voice.money(row.revenue_minor, row.currency)
    return _("%(orders)s for %(money)s") % {"orders": count, "money": money}


def silent_days(row: CustomerRow, basis: Basis | None, voice: Voice) -> int | None:
    """Days since the last order: up to the day the figures are counted to, as in the audit."""
    if row.last_day is None:
        return None
    until = basis.as_of if basis else voice.today
    return max((until - row.last_day).days, 0)


def why(row: CustomerRow, basis: Basis | None, voice: Voice) -> str:
    """ "usually every 32 days, silent for 61 days"."""
    days = silent_days(row, basis, voice)
    if days is None:
        return ""
    silence = voice.formats.days(days)
    if row.usual_gap_days is None:
        return _("silent for %(days)s") % {"days": silence}
    return _("usually every %(gap)s, silent for %(days)s") % {
        "gap": voice.formats.days(row.usual_gap_days),
        "days": silence,
    }


def is_late(row: CustomerRow, basis: Basis | None, voice: Voice) -> bool:
    days = silent_days(row, basis, voice)
    gap = row.usual_gap_days
    return days is not None and gap is not None and days > LATE_FACTOR * gap


def stage(key: Stage | None, basis: Basis | None, voice: Voice) -> Group | None:
    if key is None:
        return None
    rhythm, own = (basis.rhythm_days, basis.own_stages) if basis else (30, ())
    words = stage_words(key, rhythm, voice.formats, own)
    return Group(words.name, words.mood, words.who, words.what_to_do)


def segment(key: Segment | None) -> Group | None:
    if key is None:
        return None
    words = segment_words(key)
    return Group(words.name, words.mood, words.who, words.what_to_do)
