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


def _part_left_out(note: Note, formats: Formats) -> str:
    return _("%(name)s was not read: it has other columns than the rest.") % _named(note)


def _mapping_differs(note: Note, formats: Formats) -> str:
    return _("%(name)s names its columns differently; they were taken for the same things.") % _named(note)


def _order_total_unused(note: Note, formats: Formats) -> str:
    return _(
        "%(name)s: the column “%(column)s” holds the total of the whole order; price times quantity of "
        "each line was taken instead."
    ) % _named(note)


def _order_total_once(note: Note, formats: Formats) -> str:
    return _(
        "%(name)s: the column “%(column)s” holds the total of the whole order on every line; it was counted "
        "once an order."
    ) % _named(note)


def _ragged_rows(note: Note, formats: Formats) -> str:
    return ngettext(
        "%(name)s: %(n)s row has more cells than the table has columns: row %(row)s.",
        "%(name)s: %(n)s rows have more cells than the table has columns, the first is row %(row)s.",
        _count(note),
    ) % (_named(note) | _counted(note, formats))


def _total_rows(note: Note, formats: Formats) -> str:
    return ngettext(
        "%(name)s: %(n)s row of totals was left out.",
        "%(name)s: %(n)s rows of totals were left out.",
        _count(note),
    ) % (_named(note) | _counted(note, formats))


def _damaged_text(note: Note, formats: Formats) -> str:
    return ngettext(
        "%(name)s: %(n)s character could not be read.",
        "%(name)s: %(n)s characters could not be read.",
        _count(note),
    ) % (_named(note) | _counted(note, formats))


def _ids_lost_digits(note: Note, formats: Formats) -> str:
    return _(
        "%(name)s: long numbers in the column “%(column)s” have lost digits in a spreadsheet "
        "(%(example)s), so several may have become one. Export them as text."
    ) % _named(note)


def _costs_left_out(note: Note, formats: Formats) -> str:
    return ngettext(
        "%(name)s: %(n)s row without a channel, a day or a cost was left out: row %(row)s.",
        "%(name)s: %(n)s rows without a channel, a day or a cost were left out, the first is row %(row)s.",
        _count(note),
    ) % (_named(note) | _counted(note, formats))


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
    return {name: plain(str(note.facts.get(name, ""))) for name in ("name", "column", "example")}


def _count(note: Note) -> int:
    return int(note.facts["count"])


def _counted(note: Note, formats: Formats) -> dict[str, str]:
    return {"n": formats.number(_count(note)), "row": formats.number(int(note.facts.get("row", 0)))}


CODES: dict[str, Callable[[Note, Formats], str]] = {
    "part_left_out": _part_left_out,
    "mapping_differs": _mapping_differs,
    "order_total_unused": _order_total_unused,
    "order_total_once": _order_total_once,
    "ragged_rows": _ragged_rows,
    "total_rows": _total_rows,
    "damaged_text": _damaged_text,
    "ids_lost_digits": _ids_lost_digits,
    "costs_left_out": _costs_left_out,
    "costs_cover_part": _costs_cover_part,
    "costs_without_customers": _costs_without_customers,
}
