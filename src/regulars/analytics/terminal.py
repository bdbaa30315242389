"""The audit in a terminal: what an owner reads first, in 80 columns.

Everything that came from a file is printed as plain text: neither markup of rich nor escape sequences
of a terminal in it have any effect.
"""

from __future__ import annotations

import textwrap

from django.utils import translation
from django.utils.translation import gettext as _
from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from regulars.analytics.report.tables import ChannelTable, channel_table
from regulars.analytics.types import Audit
from regulars.analytics.wording import headline, notes, source, summary
from regulars.analytics.wording.growth import growth_words, left_out_lines
from regulars.analytics.wording.numbers import Formats, plain

WIDTH_MAX = 100  # longer lines are harder to read, however wide the window is
CHANNELS_MAX = 10
COLOURS = {"better": "green", "worse": "red", "neutral": "dim"}


def print_audit(audit: Audit, language: str, console: Console) -> None:
    """Print the summary, the growth points, the figures and what was read."""
    formats = Formats(language, audit.currency)
    page = _Page(console)
    with translation.override(language):
        _summary(audit, formats, page)
        _growth(audit, formats, page)
        _headline(audit, formats, page)
        _channels(channel_table(audit, formats), page)
        _source(audit, formats, page)


class _Page:
    """Lines and tables; a line is broken between words only, never within a figure such as 1 240 ₽."""

    def __init__(self, console: Console) -> None:
        self._console = console
        self._width = min(console.width, WIDTH_MAX)

    def say(self, text: str, style: str = "", indent: int = 0) -> None:
        space = " " * indent
        for line in textwrap.wrap(text, self._width, initial_indent=space, subsequent_indent=space):
            self._console.print(Text(line, style), no_wrap=True, crop=False, overflow="ignore")

    def table(self, table: Table) -> None:
        self._console.print(table)

    def gap(self) -> None:
        self._console.print()


def _summary(audit: Audit, formats: Formats, page: _Page) -> None:
    for line in summary.summary(audit, formats):
        page.say(line.question, "bold")
        page.say(line.answer, indent=2)
        page.gap()


def _growth(audit: Audit, formats: Formats, page: _Page) -> None:
    if audit.growth_points:
        page.say(_("What is worth doing first"), "bold underline")
        page.gap()
    for number, point in enumerate(audit.growth_points, 1):
        words = growth_words(point, audit, formats)
        page.say(f"{number}. {words.title}", "bold")
        page.say(f"{words.value} {words.outlook}", indent=3)
        page.say(words.who, indent=3)
        page.say(words.action, indent=3)
        page.say(f"{words.verdict} {words.backtest}".strip(), "dim", indent=3)
        page.gap()
    for titles, why in left_out_lines(audit, formats):
        page.say(f"{titles}: {why}", "dim")
    page.gap()


def _headline(audit: Audit, formats: Formats, page: _Page) -> None:
    table = _table()
    table.add_column(Text(_("The figures"), "bold"))
    table.add_column(Text(_("now")), justify="right", no_wrap=True)
    window = _("in %(days)s") % {"days": formats.days(audit.retention_window_days)}
    table.add_column(Text(window if audit.previous else ""), justify="right")
    for group in headline.figure_groups(audit, formats):
        for figure in group.figures:
            change = figure.change
            moved = Text("") if change is None else Text(change.text, COLOURS[change.verdict])
            table.add_row(Text(figure.name), Text(figure.value), moved)
        table.add_section()
    page.table(table)
    page.gap()


def _channels(found: ChannelTable | None, page: _Page) -> None:
    """What customers cost and bring; the report has all channels."""
    if found is None:
        return
    table = _table()
    table.add_column(Text(_("Channel"), "bold"), max_width=24, overflow="ellipsis", no_wrap=True)
    names = [_("Customers"), _("LTV")] + ([_("CAC"), _("LTV / CAC")] if found.has_costs else [])
    for name in names:
        table.add_column(Text(name), justify="right", no_wrap=True)
    for row in found.rows[: CHANNELS_MAX + 1]:
        costs = [row.cac, row.ltv_to_cac] if found.has_costs else []
        table.add_row(*(Text(cell) for cell in (row.name, row.customers, row.ltv, *costs)))
    page.table(table)
    page.gap()


def _source(audit: Audit, formats: Formats, page: _Page) -> None:
    page.say(_("What was read"), "bold underline")
    page.gap()
    page.say(
        _("%(rows)s, orders %(period)s")
        % {"rows": formats.rows(audit.rows_read), "period": formats.period(audit.from_, audit.to)}
    )
    page.say(", ".join(plain(part.name) for part in audit.source), "dim")
    _mapping(audit.mapping, page)
    if audit.mapping_costs:
        page.say(_("Costs:"))
        _mapping(audit.mapping_costs, page)
    page.say(_("If a column was taken for the wrong thing, say which with --map FIELD=COLUMN."), "dim")
    rejected = source.rejected_rows(audit, formats)
    if rejected:
        page.gap()
        total = formats.rows(source.rejected_total(audit))
        page.say(_("Left out: %(rows)s") % {"rows": total}, "bold")
    for row in rejected:
        example = f" ({row.examples[0]})" if row.examples else ""
        page.say(f"{row.rows}: {row.reason}{example}", indent=2)
    other = [*source.left_out_lines(audit, formats), *notes.note_lines(audit, formats)]
    if other:
        page.gap()
    for line in other:
        page.say(line)
    page.gap()


def _mapping(mapping: dict[str, str], page: _Page) -> None:
    """Which column was taken for what, under our own names, as --map takes them."""
    lines = source.mapping_lines(mapping)
    table = Table.grid(padding=(0, 1))
    for field, name, column in lines:
        table.add_row(Text("  " + name), Text("←"), Text(column), Text(field, "dim"))
    page.table(table)


def _table() -> Table:
    return Table(box=box.SIMPLE_HEAD, pad_edge=False, padding=(0, 2, 0, 0), show_edge=False)
