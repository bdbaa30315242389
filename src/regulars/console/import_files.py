"""Files about imports: the list of them, the rows of one that were set aside, examples."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from django.http.response import HttpResponseBase
from django.utils.translation import gettext as _

from regulars.console import import_examples
from regulars.console.voice import Voice
from regulars.console.wording import imports as wording
from regulars.console.xlsx import Cell, Column, workbook
from regulars.imports.types import ImportRow, RejectedRows

IMPORTS_MAX = 10_000


def example(found: import_examples.Example, format_: str, voice: Voice) -> HttpResponseBase:
    return import_examples.file(found, format_, voice)


def rejected(row: ImportRow, found: RejectedRows, voice: Voice) -> HttpResponseBase:
    """The rows with their own cells as they stood, and before them where they stood and what is wrong."""
    has_parts = len({aside.part for aside in found.rows}) > 1
    own = [Column(name or "—", width=18) for name in found.columns]
    first = [
        Column(_("Row"), "whole", 8),
        Column(_("What is wrong"), width=34),
        Column(_("What to do"), width=48),
    ]
    if has_parts:
        first.insert(0, Column(_("Sheet or file"), width=24))
    rows: list[list[Cell]] = []
    for aside in found.rows:
        title, advice = wording.reason(aside.reason)
        place: list[Cell] = [aside.part] if has_parts else []
        cells: list[Cell] = [aside.values.get(name, "") for name in found.columns]
        rows.append([*place, aside.row, title, advice, *cells])
    name = _("set-aside-rows-%(id)s") % {"id": row.id}
    return workbook(name=name, columns=[*first, *own], rows=rows, timezone=voice.shop.timezone)


def imports(rows: Sequence[ImportRow], names: Mapping[int, str], voice: Voice) -> HttpResponseBase:
    columns = [
        Column(_("Number"), "whole", 10),
        Column(_("File"), width=36),
        Column(_("What it tells of"), width=18),
        Column(_("State"), width=22),
        Column(_("Brought by"), width=24),
        Column(_("When"), "moment", 18),
        Column(_("Rows in the file"), "whole", 14),
        Column(_("Rows brought in"), "whole", 14),
        Column(_("Rows set aside"), "whole", 14),
    ]
    lines: list[list[Cell]] = [
        [
            row.id,
            row.name,
            wording.kind_name(row.kind),
            wording.standing(row).name,
            names.get(row.started_by or 0, wording.origin(row)),
            row.created_at,
            row.report.rows,
            0 if row.report.dry else row.report.used,
            sum(row.report.set_aside.values()),
        ]
        for row in rows
    ]
    return workbook(name=_("imports"), columns=columns, rows=lines, timezone=voice.shop.timezone)
