"""What is owed in points, as a file for the accountant: by age, and what became of each month's points."""

from __future__ import annotations

from django.http import FileResponse
from django.utils.translation import gettext as _

from regulars.console.loyalty_pages import words
from regulars.console.loyalty_pages.liability import State, by_earned, by_expiry, state_of
from regulars.console.voice import Voice
from regulars.console.xlsx import Cell, Column, Sheet, workbook_of
from regulars.loyalty.types import MINOR, Version


def workbook(version: Version | None, speak: Voice) -> FileResponse:
    """The same for the accountant: sums by age, and what became of each month's points."""
    state = state_of(speak)
    worth = version.programme.worth_minor if version else 0
    currency = version.programme.currency if version else speak.shop.currency

    def line(title: str, minor: int) -> list[Cell]:
        money = speak.amount(minor * worth // MINOR, currency or speak.shop.currency) if version else None
        return [title, words.amount(minor), money]

    rows: list[list[Cell]] = [line(_("All that may still be spent"), state.minor)]
    rows += [line(_("Earned: %(age)s") % {"age": b.name}, b.minor) for b in by_earned(state, version, speak)]
    rows += [line(_("Expires: %(age)s") % {"age": b.name}, b.minor) for b in by_expiry(state, version, speak)]
    rows.append(line(_("Owed by customers"), -state.owed_minor))
    if state.breakage:
        rows.append(line(_("Likely to expire unspent"), state.breakage.expected_minor))
        rows.append(line(_("The same, at least"), state.breakage.low_minor))
        rows.append(line(_("The same, at most"), state.breakage.high_minor))
    columns = [Column(_("What"), width=44), Column(_("Points"), "money"), Column(_("Worth"), "money")]
    return workbook_of(
        name=f"points-owed-{speak.today.isoformat()}",
        sheets=[Sheet(_("By age"), columns, rows), _by_month(state)],
        timezone=speak.shop.timezone,
    )


def _by_month(state: State) -> Sheet:
    columns = [
        Column(_("Earned in"), "day"),
        Column(_("Orders and gifts"), "whole"),
        Column(_("Points, less returns"), "money", 22),
        Column(_("Expired unspent"), "money", 18),
        Column(_("Still open"), "money"),
        Column(_("Spent"), "money"),
        Column(_("Expires"), width=12),
    ]
    rows: list[list[Cell]] = [
        [
            cohort.month,
            cohort.lots,
            words.amount(cohort.got_minor),
            words.amount(cohort.expired_minor),
            words.amount(cohort.open_minor),
            words.amount(cohort.got_minor - cohort.expired_minor - cohort.open_minor),
            _("never") if cohort.never else _("yes"),
        ]
        for cohort in state.cohorts
    ]
    return Sheet(_("By month"), columns, rows)
