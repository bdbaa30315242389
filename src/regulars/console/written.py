"""Numbers as people write them, in one place for all forms."""

from __future__ import annotations

import re
import unicodedata
from decimal import Decimal, InvalidOperation

from regulars.console.voice import language

_BESIDE = re.compile(r"(%|руб\.?|р\.?|rub|usd|eur|gbp)", re.IGNORECASE)
_PARTED = {
    ",": re.compile(r"[+-]?\d{1,3}(,\d{3})+(\.\d*)?"),
    ".": re.compile(r"[+-]?\d{1,3}(\.\d{3})+(,\d*)?"),
}
"""Thousands parted by the one sign, before the other."""


def number(text: str) -> Decimal | None:
    """ "1 250,5", "1,250.50", "£30", "5 %"; None for what is no number.

    A comma alone before three digits parts thousands in English, as "1,500", and is the decimal sign in
    Russian: read otherwise, fifteen hundred points would be one and a half.
    """
    told = _without_signs(_BESIDE.sub("", text))
    comma, dot = told.rfind(","), told.rfind(".")
    if comma >= 0 and dot >= 0:
        parts = "," if comma < dot else "."
    elif told.count(",") > 1 or (comma >= 0 and _is_english_thousands(told)):
        parts = ","
    else:
        parts = "." if told.count(".") > 1 else ""
    if parts:
        if not _PARTED[parts].fullmatch(told):
            return None
        told = told.replace(parts, "")
    try:
        found = Decimal(told.replace(",", "."))
    except InvalidOperation:
        return None
    return found if found.is_finite() else None


def _is_english_thousands(told: str) -> bool:
    return language() == "en" and _PARTED[","].fullmatch(told) is not None and not told.startswith("0")


def _without_signs(text: str) -> str:
    """Without blanks, apostrophes, and what stands for money."""
    plain = text.replace("−", "-").replace("’", "").replace("'", "").replace("_", "")
    return "".join(one for one in plain if not one.isspace() and unicodedata.category(one) != "Sc")
