"""What rules would have cost over the last twelve months, as a file."""

from __future__ import annotations

from django.http import FileResponse
from django.utils.translation import gettext as _

from regulars.console.loyalty_pages import words
from regulars.console.loyalty_pages.year import kind_of, name_of
from regulars.console.voice import Voice
from regulars.console.xlsx import Cell, Column, Sheet, workbook_of
from regulars.customers import queries as customers
from regulars.loyalty.types.year import Brought, YearResult


def workbook(result: YearResult, speak: Voice) -> FileResponse:
    """A sheet for the parts, the tiers, the months, and those who would have got most."""
    sheets = [_parts(result, speak), _months(result, speak), _people(result, speak)]
    if result.tiers:
        sheets.insert(1, _tiers(result, speak))
    return workbook_of(
        name=f"programme-year-{result.last.isoformat()}", sheets=sheets, timezone=speak.shop.timezone
    )


def _sums() -> list[Column]:
    return [
        Column(_("Customers"), "whole"),
        Column(_("Orders"), "whole"),
        Column(_("Points"), "money"),
        Column(_("Worth"), "money"),
        Column(_("Expected cost"), "money"),
    ]


def _of(brought: Brought, result: YearResult, speak: Voice) -> list[Cell]:
    return [
        brought.people,
        brought.orders,
        words.amount(brought.points_minor),
        speak.amount(brought.money_minor, result.currency),
        speak.amount(brought.expected_minor, result.currency),
    ]


def _parts(result: YearResult, speak: Voice) -> Sheet:
    columns = [Column(_("Part of the programme"), width=36), Column(_("Kind")), *_sums()]
    rows: list[list[Cell]] = [
        [name_of(one), kind_of(one), *_of(one.brought, result, speak)] for one in result.parts
    ]
    rows.append([_("All together"), "", *_of(result.total, result, speak)])
    return Sheet(_("By part"), columns, rows)


def _tiers(result: YearResult, speak: Voice) -> Sheet:
    columns = [Column(_("Tier"), width=24), Column(_("Revenue"), "money"), *_sums()]
    rows: list[list[Cell]] = [
        [
            one.name or _("No tier yet"),
            speak.amount(one.revenue_minor, result.currency),
            *_of(one.brought, result, speak),
        ]
        for one in result.tiers
    ]
    return Sheet(_("By tier"), columns, rows)


def _months(result: YearResult, speak: Voice) -> Sheet:
    columns = [Column(_("Month"), "day"), Column(_("Revenue"), "money"), *_sums()]
    rows: list[list[Cell]] = [
        [one.month, speak.amount(one.revenue_minor, result.currency), *_of(one.brought, result, speak)]
        for one in result.months
    ]
    return Sheet(_("By month"), columns, rows)


def _people(result: YearResult, speak: Voice) -> Sheet:
    names = customers.person_names([one.person_id for one in result.most])
    columns = [
        Column(_("Customer"), width=32),
        Column(_("Orders"), "whole"),
        Column(_("Paid"), "money"),
        Column(_("Points"), "money"),
        Column(_("Worth"), "money"),
    ]
    rows: list[list[Cell]] = [
        [
            names.get(one.person_id, str(one.person_id)),
            one.orders,
            speak.amount(one.revenue_minor, result.currency),
            words.amount(one.points_minor),
            speak.amount(one.money_minor, result.currency),
        ]
        for one in result.most
    ]
    return Sheet(_("Those who would get most"), columns, rows)
