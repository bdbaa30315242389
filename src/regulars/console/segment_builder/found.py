"""How many a draft finds now, and ten of them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, npgettext

from regulars.console.segment_builder.desk import Desk
from regulars.customers import queries as customers
from regulars.kit.errors import RegularsError
from regulars.segments import queries as segments

EXAMPLES = 10


@dataclass(frozen=True)
class Example:
    """Somebody who would be in the segment."""

    id: int
    name: str


def found(desk: Desk) -> dict[str, Any]:
    """What is shown beside the form."""
    context: dict[str, Any] = {"left_out": _left_out(desk)}
    if desk.is_empty:
        return context | {"word": _("Add a condition, and you see here how many it finds.")}
    if len(desk.made.nodes) <= 1:
        return context | {
            "word": _("As soon as a condition is filled in, you see here how many it finds."),
            "left_out": "",
        }
    if desk.checked:
        return context | {"word": _("Put right what is said at the conditions; then they are counted.")}
    speak = desk.voice
    try:
        count = segments.count(desk.made.condition, now=speak.now, examples=EXAMPLES)
    except RegularsError as error:
        return context | {"word": error.message}
    names = customers.person_names(count.examples)
    return context | {
        "count": speak.formats.number(count.members),
        "unit": npgettext("after a number", "customer", "customers", count.members),
        "share": _share(count.members, count.everybody, desk),
        "when": _("Counted at %(time)s") % {"time": speak.time(speak.now)},
        "examples": [Example(id_, names.get(id_, "")) for id_ in count.examples],
        "is_nobody": not count.members,
    }


def _share(members: int, everybody: int, desk: Desk) -> str:
    if not members:
        return ""
    said = {
        "share": desk.voice.formats.share(members / everybody),
        "all": desk.voice.formats.number(everybody),
    }
    return _("%(share)s of all %(all)s") % said


def _left_out(desk: Desk) -> str:
    """That something is not counted yet."""
    count = desk.made.left_out
    if desk.is_empty or not count:
        return ""
    return ngettext(
        "%(n)s condition is not finished and not counted yet.",
        "%(n)s conditions are not finished and not counted yet.",
        count,
    ) % {"n": count}
