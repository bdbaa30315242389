"""What happened to a customer, in words: a line of the timeline for each event of the log."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _

from regulars.analytics.wording.numbers import plain
from regulars.console.voice import Voice
from regulars.events.types import TimelineEvent

KINDS: Mapping[str, frozenset[str]] = {
    "orders": frozenset({"order_completed", "order_updated", "order_cancelled", "order_refunded"}),
    "notes": frozenset({"note_added", "note_deleted"}),
    "tasks": frozenset({"task_created", "task_closed", "task_reopened", "task_reassigned"}),
}
"""What the timeline can be narrowed to, and the events of each."""


@dataclass(frozen=True)
class Happening:
    """One line: what happened, what more is to be said of it, its kind (for the sign before it)."""

    text: str
    more: str
    kind: str
    time: str
    moment: str


def kind_names() -> dict[str, str]:
    return {"orders": _("Orders"), "notes": _("Notes"), "tasks": _("Tasks")}


def happening(event: TimelineEvent, notes: Mapping[int, str], voice: Voice) -> Happening:
    """`notes`: texts of the person's notes by number, as the log holds no text."""
    return Happening(
        text=_text(event, voice),
        more=notes.get(_number(event.properties, "note_id"), "") if event.name == "note_added" else "",
        kind=_kind(event.name),
        time=voice.time(event.occurred_at),
        moment=event.occurred_at.astimezone(voice.zone).isoformat(timespec="minutes"),
    )


def _kind(name: str) -> str:
    if name == "order_refunded":
        return "returns"
    return next((kind for kind, names in KINDS.items() if name in names), "other")


def _text(event: TimelineEvent, voice: Voice) -> str:
    sentence = _sentences().get(event.name)
    if sentence is None:
        return event.name.replace("_", " ").capitalize()
    told = event.properties
    if event.name == "order_refunded" and not told.get("number"):
        sentence = _("%(amount)s given back")  # its source does not say for which order
    return sentence % {
        "number": plain(str(told.get("number", ""))),
        "amount": _amount(told, voice),
        "title": plain(str(told.get("title", ""))),
    }


def _amount(told: Mapping[str, Any], voice: Voice) -> str:
    amount, currency = told.get("amount_minor"), told.get("currency", "")
    if not isinstance(amount, int):
        return ""
    return voice.money(amount, str(currency))


def _number(told: Mapping[str, Any], name: str) -> int:
    value = told.get(name)
    return value if isinstance(value, int) else 0


def _sentences() -> dict[str, str]:
    return {
        "profile_created": _("Became known to the shop"),
        "order_completed": _("Order %(number)s for %(amount)s"),
        "order_updated": _("Order %(number)s was changed, now %(amount)s"),
        "order_cancelled": _("Order %(number)s for %(amount)s was cancelled"),
        "order_refunded": _("%(amount)s given back for order %(number)s"),
        "note_added": _("Note"),
        "note_deleted": _("A note was deleted"),
        "task_created": _("A task was set"),
        "task_closed": _("A task was done"),
        "task_reopened": _("A task was opened again"),
        "task_reassigned": _("A task was given to somebody else"),
    }
