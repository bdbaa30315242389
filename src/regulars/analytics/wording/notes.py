"""Notes of the audit in words."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.types import Audit, Note
from regulars.analytics.wording.numbers import Formats, plain


def note_lines(audit: Audit, formats: Formats) -> list[str]:
    return [note_line(note, formats) for note in audit.notes]


def note_line(note: Note, formats: Formats) -> str:
    """The sentence of a note; LookupError for a code that is not known."""
    return CODES[note.code](note, formats)


def _order_total_unused(note: Note, formats: Formats) -> str:
    return _(
        "%(name)s: the column “%(column)s” holds the total of the whole order, so it was not used; "
        "amounts come from the lines."
    ) % _named(note)


def _order_total_once(note: Note, formats: Formats) -> str:
    return _(
        "%(name)s: the column “%(column)s” repeats the total of the order on every line; it was counted "
        "once an order."
    ) % _named(note)


def _costs_cover_part(note: Note, formats: Formats) -> str:
    customers = int(note.facts["customers"])
    period = formats.period(
        date.fromisoformat(str(note.facts["from"])), date.fromisoformat(str(note.facts["to"]))
    )
    return ngettext(
        "Costs are given %(period)s only, so CAC is reckoned for the %(n)s customer won in that time.",
        "Costs are given %(period)s only, so CAC is reckoned for the %(n)s customers won in that time.",
        customers,
    ) % {"period": period, "n": formats.number(customers)}


def _costs_without_customers(note: Note, formats: Formats) -> str:
    return _("Costs of %(cost)s went to channels that won nobody: %(channels)s. They count in the total.") % {
        "cost": formats.money(Decimal(str(note.facts["cost"]))),
        "channels": plain(str(note.facts["channels"])),
    }


def _named(note: Note) -> dict[str, str]:
    return {name: plain(str(note.facts[name])) for name in ("name", "column")}


CODES: dict[str, Callable[[Note, Formats], str]] = {
    "order_total_unused": _order_total_unused,
    "order_total_once": _order_total_once,
    "costs_cover_part": _costs_cover_part,
    "costs_without_customers": _costs_without_customers,
}
