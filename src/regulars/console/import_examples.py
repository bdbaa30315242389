"""Small tables that show how a file may look, to be downloaded and filled in."""

from __future__ import annotations

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _

from regulars.console.voice import Voice
from regulars.console.xlsx import Column, workbook

FORMATS = ("csv", "xlsx")


@dataclass(frozen=True)
class Example:
    """`columns` with the rows beneath; all of it reads as it is."""

    name: str
    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


def example(kind: str) -> Example | None:
    """None for a kind that has none."""
    makers = {
        "orders": _orders,
        "customers": _customers,
        "products": _products,
        "returns": _returns,
        "costs": _costs,
        "points": _points,
    }
    return makers[kind]() if kind in makers else None


def _orders() -> Example:
    return Example(
        _("orders"),
        (
            _("Customer number"),
            _("Order number"),
            _("Order date"),
            _("Product"),
            _("Quantity"),
            _("Amount"),
            _("Channel"),
        ),
        (
            ("1001", "A-17", "2026-03-02", _("Mug"), "2", "980", _("Web shop")),
            ("1001", "A-17", "2026-03-02", _("Teapot"), "1", "2150", _("Web shop")),
            ("1002", "A-18", "2026-03-04", _("Mug"), "1", "490", _("Shop")),
        ),
    )


def _customers() -> Example:
    return Example(
        _("customers"),
        (_("Customer number"), _("Full name"), "E-mail", _("Phone"), _("Registration date")),
        (
            ("1001", _("Anna Sokolova"), "anna@example.com", "+7 921 000-00-01", "2025-11-20"),
            ("1002", _("Ivan Petrov"), "ivan@example.com", "+7 921 000-00-02", "2026-03-04"),
        ),
    )


def _products() -> Example:
    return Example(
        _("products"),
        (_("Product code"), _("Product name"), _("Category")),
        (("M-1", _("Mug"), _("Tableware")), ("T-1", _("Teapot"), _("Tableware"))),
    )


def _returns() -> Example:
    return Example(
        _("returns"),
        (_("Return number"), _("Order number"), _("Return date"), _("Product"), _("Quantity"), _("Amount")),
        (("R-1", "A-17", "2026-03-10", _("Mug"), "1", "490"),),
    )


def _costs() -> Example:
    return Example(
        _("costs"),
        (_("Channel"), _("Date"), _("Cost")),
        ((_("Search"), "2026-03-01", "3200"), (_("Social networks"), "2026-03-01", "1850")),
    )


def _points() -> Example:
    return Example(
        _("points"),
        (_("Customer number"), _("Loyalty card"), _("Phone"), _("Points"), _("Valid until")),
        (
            ("1001", "2200 0001", "", "1250.50", "2026-12-31"),
            ("", "", "+7 921 000-00-02", "300", "2026-12-31"),
        ),
    )


def file(found: Example, format_: str, voice: Voice) -> HttpResponseBase:
    """The example as a file; as CSV in the way a spreadsheet of the language opens it."""
    if format_ == "xlsx":
        columns = [Column(title, width=max(14, len(title) + 2)) for title in found.columns]
        return workbook(name=found.name, columns=columns, rows=found.rows, timezone=voice.shop.timezone)
    text = io.StringIO()
    writer = csv.writer(text, delimiter=";" if voice.language == "ru" else ",", lineterminator="\r\n")
    writer.writerow(found.columns)
    writer.writerows(found.rows)
    answer = HttpResponse(text.getvalue().encode("utf-8-sig"), content_type="text/csv; charset=utf-8")
    answer.headers["Content-Disposition"] = str(content_disposition_header(True, f"{found.name}.csv"))
    return answer
