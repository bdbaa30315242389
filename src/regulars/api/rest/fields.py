"""The forms of values in requests and answers: exactly as the reference says, nothing guessed."""

from __future__ import annotations

import re
from datetime import UTC, datetime
from decimal import ROUND_HALF_UP, Decimal
from typing import Annotated, Any

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, WithJsonSchema

ID_MAX = 200
"""Longer than any system's numbers; as `commerce` and `customers` keep them."""
YEAR_MIN, YEAR_MAX = 1900, 2199
"""A moment outside is a mistake of somebody's clock or a placeholder such as 0001-01-01 or 9999-12-31."""
QUANTITY_MIN, QUANTITY_MAX = Decimal("0.000001"), 10**9
AMOUNT_MAX = 10**15
"""Minor units; the sum of thousands of lines still fits 64 bits."""

_MOMENT = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:(\d\d)(\.\d{1,9})?([Zz]|[+ -]\d\d:\d\d)", re.ASCII)


def _moment(value: Any) -> datetime:
    """A moment of RFC 3339 in UTC; a leap second is the second before it."""
    if isinstance(value, datetime):
        return value
    match = _MOMENT.fullmatch(value) if isinstance(value, str) else None
    if match is None:
        raise ValueError("Give a moment with its time zone, such as 2026-03-01T12:30:00+03:00")
    text = value.upper().replace(" ", "+")  # what becomes of a plus in an address
    if match[1] == "60":
        text = text[: match.start(1)] + "59" + text[match.end(1) :]
    try:
        moment = datetime.fromisoformat(text).astimezone(UTC)
    except (ValueError, OverflowError):
        raise ValueError("There is no such moment") from None
    if not YEAR_MIN <= moment.year <= YEAR_MAX:
        raise ValueError(f"Give a moment between {YEAR_MIN} and {YEAR_MAX}")
    return moment


def _whole(value: Any) -> Any:
    """In JSON 5.0 is a whole number as 5 is."""
    if isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    return value


def _quantity(value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | Decimal):
        raise ValueError("Give a number")
    if not QUANTITY_MIN <= value <= QUANTITY_MAX:
        raise ValueError(f"Give a number from {QUANTITY_MIN} to {QUANTITY_MAX}")
    return Decimal(value).quantize(QUANTITY_MIN, rounding=ROUND_HALF_UP)


TEXT_PATTERN = r"^[^\x00-\x1f\x7f]*$"
"""A line: no control characters, which no number, name or word has."""

Id = Annotated[str, Field(min_length=1, max_length=ID_MAX, pattern=r"^[^\x00-\x1f\x7f]+$")]
"""A number or name by which the shop's own system knows something."""
Line = Annotated[str, Field(max_length=500, pattern=TEXT_PATTERN)]
Moment = Annotated[
    datetime,
    BeforeValidator(_moment),
    WithJsonSchema({"type": "string", "format": "date-time", "examples": ["2026-03-01T12:30:00+03:00"]}),
]
Currency = Annotated[
    str, Field(pattern="^[A-Z]{3}$", examples=["RUB"], description="Three letters of ISO 4217.")
]
Whole = BeforeValidator(_whole)
Amount = Annotated[int, Field(ge=0, le=AMOUNT_MAX, examples=[149000]), Whole]
"""Minor units: 1,490 roubles are 149000."""
Given = Annotated[int, Field(ge=1, le=AMOUNT_MAX, examples=[149000]), Whole]
"""Minor units given back."""
Quantity = Annotated[
    Decimal,
    BeforeValidator(_quantity),
    WithJsonSchema(
        {"type": "number", "minimum": float(QUANTITY_MIN), "maximum": QUANTITY_MAX, "examples": [1, 0.5]}
    ),
]
"""Kept with six decimals."""


class Told(BaseModel):
    """What a request holds: every field of its type, none that is not known."""

    model_config = ConfigDict(extra="forbid", strict=True, frozen=True, use_attribute_docstrings=True)


def sample(**example: Any) -> ConfigDict:
    """Settings of a model that shows what it may look like in the reference."""
    return ConfigDict(json_schema_extra={"examples": [example]})


class Shown(BaseModel):
    """What an answer holds. New fields may be added to it at any time."""

    model_config = ConfigDict(frozen=True, use_attribute_docstrings=True)


def plain(value: Any) -> Any:
    """A value of free JSON as it is stored: fractions as JSON has them."""
    if isinstance(value, Decimal):
        return float(value)
    if isinstance(value, dict):
        return {key: plain(item) for key, item in value.items()}
    return [plain(item) for item in value] if isinstance(value, list) else value
