"""The list of customers in words: what one sees, what one may choose."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from regulars.analytics.rules.segments import segment as segment_of
from regulars.analytics.wording.numbers import plain
from regulars.analytics.wording.segments import SEGMENT_ORDER, STAGE_ORDER, segment_words
from regulars.console.customer_list import ORDERS, Choice, Order
from regulars.console.voice import Voice
from regulars.console.wording.people import Basis, stage
from regulars.segments.types import SegmentRow


@dataclass(frozen=True)
class Option:
    """One entry of a choice."""

    value: str
    name: str
    chosen: bool


def sort_names() -> dict[Order, str]:
    return {
        "last_day": _("Last order"),
        "revenue": _("Revenue"),
        "orders": _("Orders"),
        "first_day": _("First order"),
        "name": pgettext("of a person", "Name"),
    }


def sort_options(choice: Choice) -> list[Option]:
    names = sort_names()
    return [Option(key, names[key], key == choice.sort) for key in ORDERS]


def stage_options(choice: Choice, counts: Mapping[str, int], voice: Voice) -> list[Option]:
    """Stages with how many customers were at each in the last run."""
    found = []
    for key in STAGE_ORDER:
        words = stage(key, None, voice)
        if words is not None:
            found.append(Option(key, _counted(words.name, counts.get(key), voice), key == choice.stage))
    return found


def segment_options(choice: Choice, counts: Mapping[str, int], voice: Voice) -> list[Option]:
    return [
        Option(key, _counted(segment_words(key).name, counts.get(key), voice), key == choice.segment)
        for key in SEGMENT_ORDER
    ]


def own_options(choice: Choice, rows: Iterable[SegmentRow], voice: Voice) -> list[Option]:
    """The shop's own segments with how many are in each now."""
    return [
        Option(str(row.id), _counted(plain(row.name), row.members, voice), row.id == choice.member_of)
        for row in rows
    ]


def _counted(name: str, count: int | None, voice: Voice) -> str:
    return name if count is None else f"{name} ({voice.formats.number(count)})"


def sentence(
    choice: Choice,
    count: int | None,
    ordered: int,
    basis: Basis | None,
    voice: Voice,
    *,
    member_of: str = "",
) -> str:
    """ "37 customers, stage “At risk”, by revenue": what the list below shows.

    `count` is None where nobody counted; `ordered`: how many ordered at all, 0 before there are figures;
    `member_of`: the name of the shop's own segment they are in.
    """
    parts = [_all(choice, ordered, voice) if count is None else voice.formats.customers(count)]
    if member_of:
        parts.append(_("in “%(name)s”") % {"name": plain(member_of)})
    if (chosen := stage(choice.stage, basis, voice)) is not None:
        parts.append(_("stage “%(name)s”") % {"name": chosen.name})
    if choice.segment is not None:
        parts.append(_("segment “%(name)s”") % {"name": segment_words(choice.segment).name})
    if choice.scores is not None:
        r, f = choice.scores
        name = segment_words(segment_of(r, f)).name
        parts.append(_("R %(r)s, F %(f)s of the RFM map (%(name)s)") % {"r": r, "f": f, "name": name})
    parts.append(_sorted_by()[choice.sort])
    return ", ".join(parts)


def _all(choice: Choice, ordered: int, voice: Voice) -> str:
    if choice.filtered or not ordered:
        return _("All customers")
    return _("All customers (%(n)s with orders)") % {"n": voice.formats.number(ordered)}


def found_sentence(choice: Choice, count: int, limit: int, voice: Voice) -> str:
    """What the search found."""
    if count >= limit:
        return _("More than fit here match “%(q)s”; the %(n)s that fit best are shown.") % {
            "n": voice.formats.number(count),
            "q": choice.q,
        }
    return ngettext("%(n)s customer matches “%(q)s”", "%(n)s customers match “%(q)s”", count) % {
        "n": voice.formats.number(count),
        "q": choice.q,
    }


def _sorted_by() -> dict[Order, str]:
    return {
        "last_day": _("by last order"),
        "revenue": _("by revenue"),
        "orders": _("by number of orders"),
        "first_day": _("by first order"),
        "name": _("by name"),
    }
