"""The audits that are kept: which day is looked at, with which it is compared, and how the two differ."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby
from typing import Any

import msgspec

from regulars.analytics.queries import DatedAudit
from regulars.analytics.types import Audit
from regulars.analytics.wording import headline
from regulars.analytics.wording.numbers import Formats
from regulars.console.figures import TONES


@dataclass(frozen=True)
class Day:
    """A day one may choose."""

    iso: str
    name: str
    chosen: bool


@dataclass(frozen=True)
class Month:
    name: str
    days: list[Day]


@dataclass(frozen=True)
class Compared:
    """A headline figure on two days; `change` is empty where one of the two is not known."""

    name: str
    value: str
    other: str
    change: str
    tone: str


@dataclass(frozen=True)
class ComparedGroup:
    name: str
    rows: list[Compared]


def of_day(audits: Sequence[DatedAudit], day: str) -> DatedAudit | None:
    """The audit of that day (as in 2026-03-01); the latest where no day is named, None where none is kept."""
    if not day:
        return audits[0] if audits else None
    return next((audit for audit in audits if audit.day.isoformat() == day), None)


def months(audits: Sequence[DatedAudit], chosen: date | None, formats: Formats) -> list[Month]:
    """The days for a choice, by month, the latest first."""
    return [
        Month(
            formats.month(month),
            [Day(a.day.isoformat(), formats.day_short(a.day), a.day == chosen) for a in of_month],
        )
        for month, of_month in groupby(audits, key=lambda a: f"{a.day:%Y-%m}")
    ]


def compared(audit: Audit, other: Audit, formats: Formats) -> list[ComparedGroup]:
    """All headline figures of both, and by how much `audit` is above or below `other`.

    Amounts in another currency stand beside each other without a difference.
    """
    against = msgspec.structs.replace(audit, previous=other)
    there = Formats(formats.language, other.currency)
    return [
        ComparedGroup(
            group.name,
            [
                _row(figure, headline.figure(figure.key, other, there).value, audit, other)
                for figure in group.figures
            ],
        )
        for group in headline.figure_groups(against, formats)
    ]


def _row(figure: headline.Figure, there: str, audit: Audit, other: Audit) -> Compared:
    change = figure.change
    if headline.figure_kind(figure.key) == "money" and audit.currency != other.currency:
        change = None
    said: dict[str, Any] = {"change": "", "tone": ""}
    if change is not None:
        said = {"change": change.text, "tone": TONES[change.verdict]}
        if change.verdict_text:
            said["change"] += f", {change.verdict_text}"
    return Compared(name=figure.name, value=figure.value, other=there, **said)
