"""Traits as free JSON: a name and a text, a number, yes or no, or a list of them."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Annotated, Any

from pydantic import BeforeValidator, WithJsonSchema

NAMES_MAX = 250
NAME_MAX = 64
TEXT_MAX = 1_000
ITEMS_MAX = 50
NUMBER_MAX = 10**18 - 1

_NAME_PATTERN = r"^[0-9A-Za-zА-Яа-яЁё_$]([0-9A-Za-zА-Яа-яЁё_$ .:-]*[0-9A-Za-zА-Яа-яЁё_$])?$"
_NAME = re.compile(_NAME_PATTERN)


def _traits(told: Any) -> Any:
    if not isinstance(told, dict):
        raise ValueError('Give an object such as {"plan": "gold"}')
    if len(told) > NAMES_MAX:
        raise ValueError(f"Give at most {NAMES_MAX} traits")
    for name in told:
        if len(name) > NAME_MAX or not _NAME.fullmatch(name):
            raise ValueError(f"A name has at most {NAME_MAX} letters, digits and signs like _ - . inside")
    return {name: _value(value) for name, value in told.items()}


def _value(value: Any) -> Any:
    if not isinstance(value, list):
        return None if value is None else _scalar(value)
    if len(value) > ITEMS_MAX:
        raise ValueError(f"A list has at most {ITEMS_MAX} items")
    return [_scalar(item) for item in value]


def _scalar(value: Any) -> str | int | float | bool:
    if isinstance(value, bool):
        return value
    if isinstance(value, str):
        if len(value) > TEXT_MAX:
            raise ValueError(f"A text has at most {TEXT_MAX} characters")
        return value
    if isinstance(value, int | Decimal):
        if not -NUMBER_MAX <= value <= NUMBER_MAX:
            raise ValueError(f"A number is at most {NUMBER_MAX}")
        return value if isinstance(value, int) else float(value)
    raise ValueError("A value is a text, a number, true or false, null, or a list of them")


_SCALARS: list[dict[str, Any]] = [
    {"type": "string", "maxLength": TEXT_MAX},
    {"type": "number", "minimum": -NUMBER_MAX, "maximum": NUMBER_MAX},
    {"type": "boolean"},
]
TraitsTold = Annotated[
    dict[str, Any],
    BeforeValidator(_traits),
    WithJsonSchema(
        {
            "type": "object",
            "maxProperties": NAMES_MAX,
            "propertyNames": {"pattern": _NAME_PATTERN, "minLength": 1, "maxLength": NAME_MAX},
            "additionalProperties": {
                "anyOf": [
                    *_SCALARS,
                    {"type": "null"},
                    {"type": "array", "maxItems": ITEMS_MAX, "items": {"anyOf": _SCALARS}},
                ]
            },
            "examples": [{"plan": "gold", "children": 2}],
        }
    ),
]
TraitsShown = Annotated[
    dict[str, Any], WithJsonSchema({"type": "object", "examples": [{"plan": "gold", "children": 2}]})
]
