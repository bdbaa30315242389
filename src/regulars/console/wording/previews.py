"""What was found in a file, in words: how it is written, what is missing, what to know."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from regulars.analytics.previews import DatesFound, Preview, PreviewField, PreviewPart, spec
from regulars.analytics.types import Note
from regulars.analytics.wording.notes import note_line
from regulars.analytics.wording.numbers import Formats, plain
from regulars.console.voice import Voice


@dataclass(frozen=True)
class Trouble:
    """What is in the way. `field`: the choice that mends it."""

    title: str
    text: str
    field: str = ""


def trouble(preview: Preview) -> Trouble | None:
    """Said for somebody who can choose columns; what choosing does not mend comes as it was said."""
    problem = preview.problem
    if problem is None:
        return None
    field = problem.field or ""
    try:
        name = str(spec(preview.kind, field).title) if field else ""
    except KeyError:
        name, field = "", ""
    facts = {key: plain(value) for key, value in problem.facts.items()} | {"field": name}
    words = {
        "no_column": lambda: Trouble(
            _("One column is still missing"),
            _("No column was recognised as “%(field)s”. Choose it below, then look again.") % facts,
            field,
        ),
        "open_date_order": lambda: Trouble(
            _("Is it the day or the month first?"),
            _("Dates such as “%(value)s” can be read both ways, and nothing in the file tells which.")
            % facts,
            field,
        ),
        "unreadable_dates": lambda: Trouble(
            _("The dates cannot be read"),
            _(
                "In row %(row)s the column “%(column)s” says “%(value)s”. "
                "Choose another column for “%(field)s”."
            )
            % facts,
            field,
        ),
        "unreadable_amounts": lambda: Trouble(
            _("The amounts cannot be read"),
            _(
                "In row %(row)s the column “%(column)s” says “%(value)s”. "
                "Choose another column for “%(field)s”."
            )
            % facts,
            field,
        ),
        "no_customers": lambda: Trouble(
            _("The customer is blank in every row"),
            _("The column “%(column)s” is empty. Choose another one for “%(field)s”.") % facts,
            field,
        ),
        "unknown_column": lambda: Trouble(
            _("A column chosen before is not in this file"), _("Choose again below, then look again.")
        ),
        "no_usable_rows": lambda: Trouble(
            _("No row can be used"),
            _("None of the first rows has all that is needed. Look below which columns were taken for what."),
        ),
    }.get(problem.code)
    if words is not None and preview.parts:
        return words()
    return Trouble(_("This file cannot be used as it is"), plain(problem.text))


def how_dates(found: DatesFound) -> str:
    names = {
        "dmy": _("day first"),
        "mdy": _("month first"),
        "ymd": _("year first"),
        "words": _("months as words"),
        "number": _("dates as numbers"),
        "given": _("as you said"),
        "open": _("day or month first?"),
    }
    return names[found.order]


def understood_as(field: PreviewField) -> str:
    """How the values of a column are read, where that is worth saying."""
    if field.dates is not None:
        return how_dates(field.dates)
    if field.decimal == ",":
        return _("decimal comma")
    if field.decimal == "either":
        return _("decimal comma or point, each number by itself")
    return ""


def basis(part: PreviewPart, formats: Formats) -> str:
    """How much of the file was looked at, and how it is written."""
    rows = formats.number(part.rows)
    if part.is_whole:
        words = [ngettext("%(n)s row", "%(n)s rows", part.rows) % {"n": rows}]
    else:
        words = [ngettext("the first %(n)s row", "the first %(n)s rows", part.rows) % {"n": rows}]
    if part.encoding:
        words.append(part.encoding)
    if part.delimiter:
        names = {",": _("commas"), ";": _("semicolons"), "\t": _("tabs"), "|": "|"}
        words.append(_("columns parted by %(mark)s") % {"mark": names.get(part.delimiter, part.delimiter)})
    return ", ".join(words)


def notes(found: list[Note], formats: Formats) -> list[str]:
    said = []
    for note in found:
        if note.code in {"customer_by_email", "customer_by_phone"}:
            column = {"column": plain(str(note.facts.get("column", "")))}
            words = (
                _("There is no column with the customer's number, so customers are known by “%(column)s”.")
                if note.code == "customer_by_email"
                else _("There is neither a number nor an e-mail, so customers are known by “%(column)s”.")
            )
            said.append(words % column)
            continue
        try:
            said.append(note_line(note, formats))
        except LookupError:
            continue
    return said


def value(kind: str, field: str, said: str | None, voice: Voice) -> str:
    """A value as it was understood, as people of the language write it."""
    if said is None:
        return ""
    try:
        dated = spec(kind, field).dated  # type: ignore[arg-type]
    except KeyError:
        return said
    if dated:
        return _moment(said, voice)
    if field in {"amount", "unit_price", "quantity", "cost", "points"}:
        return _number(said, voice.formats)
    return said


def _moment(said: str, voice: Voice) -> str:
    try:
        if len(said) <= 10:
            return voice.formats.day_short(date.fromisoformat(said))
        moment = datetime.fromisoformat(said)
    except ValueError:
        return said
    day = voice.formats.day_short(moment.date())
    return day if f"{moment:%H:%M}" == "00:00" else f"{day}, {moment:%H:%M}"


def _number(said: str, formats: Formats) -> str:
    try:
        number = Decimal(said)
    except InvalidOperation:
        return said
    exponent = number.as_tuple().exponent
    places = max(0, -exponent) if isinstance(exponent, int) else 0
    return formats.number(number, min(places, 6))
