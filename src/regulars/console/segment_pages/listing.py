"""The list of segments: each with its sentence, its people and how they changed."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.wording.numbers import plain
from regulars.console.segment_pages import growth, words
from regulars.console.segment_pages.growth import MONTH, Before
from regulars.console.voice import Voice
from regulars.segments.types import SegmentRow, State

SENTENCE_SHOWN = 200
"""Characters of a sentence in the list; the page of the segment has all of it."""


@dataclass(frozen=True)
class Listed:
    """A segment in the list. `change` is empty where nobody knows; `change_since`, where it is young."""

    id: int
    name: str
    sentence: str
    members: str
    change: str
    change_since: str
    standing: words.Standing
    made: str


def listed(
    rows: Sequence[SegmentRow], before: Mapping[int, Before], names: Mapping[int, str], speak: Voice
) -> list[Listed]:
    told = sentences(rows)
    return [_listed(row, told[row.id], before.get(row.id), names, speak) for row in rows]


def sentences(rows: Sequence[SegmentRow]) -> dict[int, str]:
    """Who is in each; of lists what its maker wrote about it, or what a list is."""
    told = words.sentences(rows)
    return {row.id: told.get(row.id) or plain(row.note) or words.what_it_is(row) for row in rows}


def _listed(
    row: SegmentRow, sentence: str, before: Before | None, names: Mapping[int, str], speak: Voice
) -> Listed:
    known = before is not None and row.state is not State.ARCHIVED
    young = before is not None and before.day > speak.today - MONTH
    known = known and before is not None and before.day < speak.today
    return Listed(
        id=row.id,
        name=plain(row.name),
        sentence=sentence if len(sentence) <= SENTENCE_SHOWN else sentence[:SENTENCE_SHOWN].rstrip() + "…",
        members=speak.formats.number(row.members),
        change=words.change(row.members - before.members, speak) if before and known else "",
        change_since=_since(before.day, speak) if before and known and young else "",
        standing=words.standing(row),
        made=words.made(row, names, speak),
    )


def _since(day: date, speak: Voice) -> str:
    return _("since %(day)s") % {"day": speak.day(day)}


def before_of(rows: Iterable[SegmentRow], today: date) -> dict[int, Before]:
    return growth.a_month_ago([row.id for row in rows], today)


def headline(rows: Sequence[SegmentRow], before: Mapping[int, Before], speak: Voice) -> str:
    """ "12 segments; “Regulars” changed most in 30 days: +120"."""
    count = ngettext("%(n)s segment", "%(n)s segments", len(rows)) % {"n": speak.formats.number(len(rows))}
    moved = [(row.members - before[row.id].members, row) for row in rows if row.id in before]
    by, most = max(moved, key=lambda pair: abs(pair[0]), default=(0, None))
    if most is None or not by:
        return count + "."
    said = {"count": count, "name": plain(most.name), "change": speak.formats.signed(by)}
    return _("%(count)s. “%(name)s” changed most in 30 days: %(change)s.") % said


def sorted_rows(rows: Iterable[SegmentRow]) -> list[SegmentRow]:
    """What needs somebody first, then by name."""
    urgency = {State.FAILED: 0, State.BUILDING: 1}
    return sorted(rows, key=lambda row: (urgency.get(row.state, 2), row.name.casefold(), row.id))
