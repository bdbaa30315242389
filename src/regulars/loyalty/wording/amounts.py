"""Points as people write them: no hundredths where there are none."""

from __future__ import annotations

from decimal import Decimal

from django.utils.translation import ngettext

from regulars.analytics.wording.numbers import MINUS, Formats
from regulars.loyalty.types import MINOR

_FRACTION = 2
"""A fraction takes the form of two: 2,5 балла."""


def number(minor: int, formats: Formats) -> str:
    """Minor units as a figure: "1,250", "74.5", "0.05"."""
    whole, rest = divmod(abs(minor), MINOR)
    places = 0 if not rest else 1 if rest % 10 == 0 else 2
    text = formats.number(whole if not rest else Decimal(abs(minor)) / MINOR, places)
    return (MINUS if minor < 0 else "") + text


def signed(minor: int, formats: Formats) -> str:
    """With its sign, as a change: "+74", "−12.5"; nothing before a zero."""
    return ("+" if minor > 0 else "") + number(minor, formats)


def points(minor: int, formats: Formats) -> str:
    """ "74 points", "1 балл", "2,5 балла"."""
    return _with_points(minor, number(minor, formats))


def signed_points(minor: int, formats: Formats) -> str:
    """ "+74 points", "−1 point"."""
    return _with_points(minor, signed(minor, formats))


def _with_points(minor: int, text: str) -> str:
    form = _FRACTION if minor % MINOR else abs(minor) // MINOR
    return ngettext("%(n)s point", "%(n)s points", form) % {"n": text}
