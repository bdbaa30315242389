"""Numbers as people and programs write them, and how to read a whole column of them.

How the column is read is decided from all its values at once:

* a value such as "1,23", "0,5", "1 234,50" or "1.234,50" says that the comma is the decimal mark, "1.5" or
  "1,234.50" that the point is; a mark that occurs twice in a value ("1,234,567") parts thousands;
* where every value with a mark has three digits behind it ("1,234"), a value that begins with zero ("0,500")
  says that the mark is decimal; else the other columns of numbers of the same part decide; where they are
  silent too, the mark parts thousands in money and is decimal in quantities. But a point is decimal in
  money as well where the comma parts the columns, and in cells of a workbook: programs write it so;
* where values contradict each other, each is read by its own last mark.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal

from regulars.analytics.compute.reading import sql
from regulars.analytics.compute.reading.names import CURRENCY_OF_WORD, currency_of

Mark = Literal[".", ",", "either"]

# Of quantities and amounts, everywhere in the audit. DECIMAL(18, 6) ends below 10^12: no line of a shop costs
# as much, but ids and phone numbers taken for amounts do.
DECIMALS = 6
SPACES = " \u00a0\u202f\u2009\u2007\t"
APOSTROPHES = "'’ʼ`"
MINUSES = "−–—‒"
_NUMBER = re.compile(r"[+-]?(\d+([.,]\d+)*[.,]?|[.,]\d+)([eE][+-]?\d{1,3})?")
_LONGEST = 80  # characters; no number is written with more
_BARE = re.compile(r"-?[\d.,]+")
_WORDS = "|".join(re.escape(w) for w in sorted(CURRENCY_OF_WORD, key=len, reverse=True) if " " not in w)
# A currency's word or sign before or behind the number, with the point of an abbreviation.
CURRENCY = rf"(?i)^(\s*[(+-]?\s*)(?:{_WORDS})\.?\s*|\s*(?:{_WORDS})\.?(\s*\)?\s*)$"
_CURRENCY_PY = re.compile(CURRENCY)
_STRIP = str.maketrans(dict.fromkeys(SPACES + APOSTROPHES) | dict.fromkeys(MINUSES, "-"))


@dataclass(frozen=True, slots=True)
class NumberPlan:
    """`plain`: digits, a point and a minus only, so nothing to clean. `short`: 6 decimals at most."""

    decimal: Mark = "."
    plain: bool = False
    short: bool = False


@dataclass(frozen=True, slots=True)
class Marks:
    """What a column's values say of their marks: how many values say what."""

    comma_decimal: int = 0
    point_decimal: int = 0
    comma_open: int = 0  # "1,234": thousands or three decimals
    point_open: int = 0
    bare: int = 0  # no mark
    zero_open: bool = False  # "0,234" or "0.234"
    odd: bool = False  # something to clean away, or no number at all
    long: bool = False  # more decimals than are kept


def clean(value: str) -> str:
    """Without currency, spaces and apostrophes; parentheses and a trailing minus as a leading minus."""
    if len(value) > _LONGEST or _BARE.fullmatch(value):  # looking for a currency in long texts takes long
        return value
    body = _CURRENCY_PY.sub(r"\1\2", value.translate(_STRIP))
    if body.startswith("(") and body.endswith(")"):
        return "-" + body[1:-1]
    if body.endswith("-") and not body.startswith("-"):
        return "-" + body[:-1]
    return body


def is_number(value: str) -> bool:
    return _NUMBER.fullmatch(clean(value)) is not None


def approximate(value: str, decimal: Mark = ".") -> float | None:
    """Good enough to compare columns with each other; amounts themselves are read exactly, in SQL."""
    body = clean(value)
    if not _NUMBER.fullmatch(body):
        return None
    mark = _last_mark(body) if decimal == "either" else decimal
    body = body.replace("." if mark == "," else ",", "").replace(",", ".")
    try:
        return float(body)
    except ValueError:
        return None


def _last_mark(body: str) -> str:
    return "," if body.rfind(",") > body.rfind(".") else "."


def currency_word(value: str) -> str | None:
    """The currency written beside the number, if any."""
    for match in _CURRENCY_PY.finditer(value):
        if code := currency_of(match.group().strip("()+- ")):
            return code
    return None


def marks(values: Iterable[tuple[str, int]]) -> Marks:
    """`values`: a value, or the shape of many (every digit 9, but see `SHAPE`), with how many there are."""
    count = dict.fromkeys(("comma_decimal", "point_decimal", "comma_open", "point_open", "bare"), 0)
    zero_open = odd = long = False
    for value, number in values:
        body = clean(value)
        if not _NUMBER.fullmatch(body):
            odd = True
            continue
        odd = odd or body != value or "," in body
        digits, _, exponent = body.lstrip("+-").lower().partition("e")
        said = _said(digits)
        count[said] += number
        zero_open = zero_open or (said.endswith("open") and digits.startswith("0"))
        fraction = re.split(r"[.,]", digits)[-1]
        long = long or bool(exponent) or (said != "bare" and len(fraction) > DECIMALS)
    return Marks(**count, zero_open=zero_open, odd=odd, long=long)


def _said(body: str) -> str:
    commas, points = body.count(","), body.count(".")
    if not commas and not points:
        return "bare"
    if commas and points:
        return "comma_decimal" if _last_mark(body) == "," else "point_decimal"
    mark, name = (",", "comma") if commas else (".", "point")
    if commas + points > 1:  # "1,234,567": the mark parts thousands, so the other one is decimal
        return "point_decimal" if mark == "," else "comma_decimal"
    before, after = body.split(mark)
    return f"{name}_open" if len(after) == 3 and 1 <= len(before) <= 3 else f"{name}_decimal"


def decide(
    found: Marks, neighbours: Iterable[Marks], *, is_money: bool, by_program: bool = False
) -> NumberPlan:
    """How to read the column; `neighbours` are the other columns of numbers of the same part.

    `by_program`: a table in which a decimal comma is not to be expected.
    """
    commas = found.comma_decimal or found.comma_open
    plain = not found.odd and not commas and not found.point_open
    if found.comma_decimal and found.point_decimal:
        return NumberPlan(decimal="either")
    if found.comma_decimal:
        return NumberPlan(decimal=",", short=not found.long)
    if found.point_decimal or not (found.comma_open or found.point_open):
        return NumberPlan(decimal=".", plain=plain, short=not found.long)
    if found.comma_open and found.point_open:
        return NumberPlan(decimal="either")
    if found.point_open and by_program:
        return NumberPlan(decimal=".", plain=not found.odd, short=True)
    return NumberPlan(decimal=_open_mark(found, list(neighbours), is_money), short=True)


def _open_mark(found: Marks, neighbours: list[Marks], is_money: bool) -> Mark:
    own: Mark = "," if found.comma_open else "."
    other: Mark = "." if own == "," else ","
    if found.zero_open:
        return own
    commas = sum(m.comma_decimal for m in neighbours)
    points = sum(m.point_decimal for m in neighbours)
    if bool(commas) != bool(points):
        return "," if commas else "."
    return other if is_money else own


# SQL below. Values come as VARCHAR, blanks already NULL.

# Every digit as 9, but the zero of "0,234" and "0.234" as 0: all that `marks` needs to know.
SHAPE = r"translate(regexp_replace({x}, '^([^0-9]*)0([.,][0-9]{{3}})$', '\1Z\2'), '012345678Z', '9999999990')"
_PLAIN = r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d{1,3})?"


def decimal_sql(value: str, plan: NumberPlan) -> str:
    """DECIMAL(18,6), rounded half to even; NULL where `value` is no number or too big to be an amount."""
    body = value if plan.plain else _cleaned_sql(value, plan.decimal)
    guarded = f"CASE WHEN regexp_full_match({body}, '{_PLAIN}') THEN {body} END"
    if plan.short:
        return f"TRY_CAST({guarded} AS DECIMAL(18, 6))"
    return rounded_sql(f"TRY_CAST({guarded} AS DECIMAL(38, 18))")


def rounded_sql(exact: str) -> str:
    """An exact decimal brought to 6 places, half to even; NULL where it does not fit."""
    return f"TRY_CAST(round_even({exact}, {DECIMALS}) AS DECIMAL(18, {DECIMALS}))"


def typed_decimal_sql(value: str, type_name: str) -> str:
    """The same for a column that is a number already."""
    if type_name in {"DOUBLE", "FLOAT"}:
        return _double_sql(f"{value}::DOUBLE" if type_name == "DOUBLE" else f"{value}::VARCHAR::DOUBLE")
    if type_name.startswith("DECIMAL"):
        scale = int(type_name.rstrip(")").split(",")[1])
        if scale > DECIMALS:
            return rounded_sql(value)
    return f"TRY_CAST({value} AS DECIMAL(18, 6))"


def _double_sql(value: str) -> str:
    """A double stands for the shortest decimal that gives it; that one is rounded.

    Multiplying by 10^6 is right where the result is clearly nearer to one whole number (and small enough to
    be exact); only the rest takes the way through its text.
    """
    scaled = f"({value} * 1e6)"
    is_clear = f"abs({value}) < 1e9 AND abs({scaled} - round({scaled})) < 0.25"
    as_text = rounded_sql(f"TRY_CAST({value}::VARCHAR AS DECIMAL(38, 18))")
    return f"CASE WHEN {is_clear} THEN {value}::DECIMAL(18, 6) ELSE {as_text} END"


def _cleaned_sql(value: str, decimal: Mark) -> str:
    drop = sql.text(SPACES + APOSTROPHES)
    x = f"translate({value}, {sql.text(MINUSES)} || {drop}, '{'-' * len(MINUSES)}')"
    x = rf"regexp_replace({x}, {sql.text(CURRENCY)}, '\1\2', 'g')"
    x = rf"regexp_replace({x}, '^\((.*)\)$|^([^-].*)-$', '-\1\2')"
    comma = f"replace(replace({x}, '.', ''), ',', '.')"
    point = f"replace({x}, ',', '')"
    if decimal == ",":
        return comma
    if decimal == ".":
        return point
    last_is_comma = f"strpos(reverse({x}), ',') BETWEEN 1 AND strpos(reverse({x}) || '.', '.')"
    return f"CASE WHEN {last_is_comma} THEN {comma} ELSE {point} END"
