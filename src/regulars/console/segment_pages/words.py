"""Segments in words: what one is, how it stands, whom it means, since when."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import plain
from regulars.console.voice import Voice
from regulars.segments import rules
from regulars.segments.errors import BadCondition
from regulars.segments.types import Condition, Kind, SegmentRow, State
from regulars.segments.wording import sentence, speech


@dataclass(frozen=True)
class Standing:
    """A state with the colour of its meaning."""

    name: str
    tone: str = ""


def standing(row: SegmentRow) -> Standing:
    """What somebody may rely on: is it kept true, is it ready."""
    match row.state:
        case State.ARCHIVED:
            return Standing(_("put away"))
        case State.BUILDING:
            return Standing(_("being put together"))
        case State.FAILED:
            return Standing(_("could not be put together"), "lost")
    words = {
        Kind.LIVE: Standing(_("kept up to date"), "kept"),
        Kind.STATIC: Standing(_("a list")),
        Kind.FROZEN: Standing(_("a snapshot")),
    }
    return words[row.kind]


def what_it_is(row: SegmentRow) -> str:
    """How people come to be in it and leave it."""
    match row.kind:
        case Kind.STATIC:
            return _("A list: people are in it until somebody takes them out.")
        case Kind.FROZEN:
            return _("A snapshot: whoever was in it at that moment stays in it.")
    return _("People come and go by themselves, as soon as something happens or a day goes by.")


def conditions_of(rows: Iterable[SegmentRow]) -> dict[int, Condition]:
    """What is asked for in each; without those that ask for nothing."""
    found = {}
    for row in rows:
        if row.condition is None:
            continue
        try:
            found[row.id] = rules.parse(row.condition)
        except BadCondition:  # of an older kind; the page is needed all the more to put it right
            continue
    return found


def sentences(rows: Iterable[SegmentRow]) -> Mapping[int, str]:
    """Whom each means, as a sentence that begins with a capital; of lists there is none."""
    conditions = conditions_of(rows)
    if not conditions:
        return {}
    by = speech(conditions.values())
    return {id_: capital(sentence(condition, by=by)) for id_, condition in conditions.items()}


def capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def made(row: SegmentRow, names: Mapping[int, str], speak: Voice) -> str:
    """ "since 3 March, Olga"."""
    day = speak.day(speak.day_of(row.created_at))
    who = plain(names.get(row.created_by or 0, ""))
    return _("%(day)s, %(who)s") % {"day": day, "who": who} if who else day


def change(by: int, speak: Voice) -> str:
    """ "+120", "−3"; no change is said as such."""
    return speak.formats.signed(by) if by else _("no change")
