"""The audit in a terminal: what an owner reads first, in 80 columns.

Everything that came from a file is printed as plain text: neither markup of rich nor escape sequences
of a terminal in it have any effect.
"""

from __future__ import annotations

from collections.abc import Sequence

from django.utils import translation
from django.utils.translation import gettext as _
from rich import box
from rich.console import Console
from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from regulars.analytics.types import Audit
from regulars.analytics.wording import headline, notes, source, summary
from regulars.analytics.wording.growth import growth_words, left_out_words
from regulars.analytics.wording.numbers import Formats, plain

WIDTH_MAX = 100  # longer lines are harder to read, however wide the window is
COLOURS = {"better": "green", "worse": "red", "neutral": "dim"}


def print_audit(audit: Audit, language: str, console: Console) -> None:
    """Print the summary, the figures, the growth points and what was read; files are named by the caller."""
    formats = Formats(language, audit.currency)
    with translation.override(language):
        _summary(audit, formats, console)
        _growth(audit, formats, console)
        _headline(audit, formats, console)
        _source(audit, formats, console)


def _summary(audit: Audit, formats: Formats, console: Console) -> None:
    for line in summary.summary(audit, formats):
        console.print(_said(line.question, "bold"))
        console.print(Padding(Text(line.answer), (0, 0, 1, 2)))


def _growth(audit: Audit, formats: Formats, console: Console) -> None:
    if audit.growth_points:
        console.print(_said(_("What is worth doing first"), "bold underline"))
    for number, point in enumerate(audit.growth_points, 1):
        words = growth_words(point, audit, formats)
        console.print()
        console.print(_said(f"{number}. {words.title}", "bold"))
        told = [
            f"{words.value} {words.outlook}",
            words.who,
            words.action,
            f"{words.verdict} {words.backtest}".strip(),
        ]
        for text in told:
            console.print(Padding(Text(text), (0, 0, 0, 3)))
    for left in audit.growth_left_out:
        title, why = left_out_words(left, audit, formats)
        console.print(Padding(Text(f"{title}: {why}", "dim"), (1, 0, 0, 0)))
    console.print()


def _headline(audit: Audit, formats: Formats, console: Console) -> None:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
    table.add_column(_said(_("The figures"), "bold"))
    table.add_column(_said(_("now")), justify="right", no_wrap=True)
    table.add_column(
        _said(_("in %(days)s") % {"days": formats.days(audit.retention_window_days)}), justify="right"
    )
    for group in headline.figure_groups(audit, formats):
        for figure in group.figures:
            change = figure.change
            moved = _said("") if change is None else _said(change.text, COLOURS[change.verdict])
            table.add_row(_said(figure.name), _said(figure.value), moved)
        table.add_section()
    console.print(table)
    console.print()


def _source(audit: Audit, formats: Formats, console: Console) -> None:
    console.print(_said(_("What was read"), "bold underline"))
    read = _("%(rows)s, orders %(period)s") % {
        "rows": formats.rows(audit.rows_read),
        "period": formats.period(audit.from_, audit.to),
    }
    console.print(Text(read))
    names = ", ".join(plain(part.name) for part in audit.source)
    console.print(Text(names, "dim"))
    _mapping(source.mapping_lines(audit.mapping), console)
    if audit.mapping_costs:
        console.print(Text(_("Costs:")))
        _mapping(source.mapping_lines(audit.mapping_costs), console)
    rejected = source.rejected_rows(audit, formats)
    if rejected:
        total = formats.rows(source.rejected_total(audit))
        console.print(_said(_("Left out: %(rows)s") % {"rows": total}, "bold"))
    for row in rejected:
        example = f" ({row.examples[0]})" if row.examples else ""
        console.print(Padding(Text(f"{row.rows}: {row.reason}{example}"), (0, 0, 0, 2)))
    for line in [*source.left_out_lines(audit, formats), *notes.note_lines(audit, formats)]:
        console.print(Padding(Text(line), (0, 0, 0, 2)))
    console.print()


def _mapping(lines: Sequence[tuple[str, str]], console: Console) -> None:
    """Which column was taken for what, and how to say otherwise."""
    table = Table.grid(padding=(0, 1))
    for field, column in lines:
        table.add_row(Text("  " + field), Text("←"), Text(column))
    console.print(table)


def _said(text: str, style: str = "") -> Text:
    """Text of a cell: never markup."""
    return Text(text, style=style)
