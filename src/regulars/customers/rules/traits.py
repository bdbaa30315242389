"""Which of two words about a customer counts, and how much may be said."""

from __future__ import annotations

import json
import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from regulars.customers.types import TraitValue

NAMES_MAX = {True: 250, False: 50}
"""Most traits of a profile, of verified ones and of those anybody can send."""
BYTES_MAX = {True: 32_768, False: 8_192}
"""Most room all of them take together, as JSON."""
NAME_CHARACTERS_MAX = 64
TEXT_CHARACTERS_MAX = 1_000
"""A longer text is a document, not a trait."""
LIST_ITEMS_MAX = 50
NUMBER_MAX = 10**18
"""Beyond it a whole number is none to reckon with, and does not fit the database's."""

_START = datetime(1970, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class KeptTraits:
    """What is kept of one kind: values by name, and as of when, in microseconds since 1970.

    A name with a moment and no value was removed then.
    """

    values: Mapping[str, TraitValue] = field(default_factory=dict)
    as_of: Mapping[str, int] = field(default_factory=dict)

    def says(self, name: str) -> tuple[int | None, str]:
        """As of when something is said under this name, and what."""
        return self.as_of.get(name), _json(self.values.get(name))


@dataclass(frozen=True, slots=True)
class Merged:
    """What is kept after something was said: names that have another value, and reasons of refusals."""

    kept: KeptTraits
    changed: tuple[str, ...]
    refused: Mapping[str, str]


def merge_traits(
    kept: KeptTraits, told: Mapping[str, TraitValue | None], *, as_of: datetime, verified: bool
) -> Merged:
    """Take in what was told as of a moment. Of each trait the newest word counts; None removes it.

    What is refused leaves what was. Reasons: see `types.RefusedTrait`.
    """
    moment = (as_of - _START) // timedelta(microseconds=1)
    values, moments = dict(kept.values), dict(kept.as_of)
    room = BYTES_MAX[verified] - sum(_bytes(name, value) for name, value in values.items())
    changed, refused = [], {}
    for name, value in told.items():
        reason = _bad_name(name) or _bad_value(value)
        if not reason and moments.get(name, moment) > moment:
            continue
        took = _bytes(name, values[name]) if name in values else 0
        takes = 0 if reason or value is None else _bytes(name, value)
        if not reason and takes > room + took:
            reason = "too_big"
        if not reason and name not in moments and not _make_room(values, moments, NAMES_MAX[verified]):
            reason = "too_many"
        if reason:
            refused[name] = reason
            continue
        if _json(values.get(name)) != _json(value):
            changed.append(name)
        moments[name] = moment
        room += took - takes
        if value is None:
            values.pop(name, None)
        else:
            values[name] = value
    return Merged(KeptTraits(values, moments), tuple(changed), refused)


def _make_room(values: Mapping[str, TraitValue], moments: dict[str, int], most: int) -> bool:
    """See that one more name fits: of the removed ones the one longest gone is forgotten."""
    if len(moments) < most:
        return True
    removed = [(moment, name) for name, moment in moments.items() if name not in values]
    if not removed:
        return False
    del moments[min(removed)[1]]
    return True


def _bad_name(name: str) -> str:
    if len(name) > NAME_CHARACTERS_MAX:
        return "too_long"
    return "" if name.strip() and name == name.strip() and name.isprintable() else "bad_name"


def _bad_value(value: object) -> str:
    if isinstance(value, list):
        if len(value) > LIST_ITEMS_MAX:
            return "too_long"
        return next((reason for item in value if (reason := _bad_scalar(item))), "")
    return "" if value is None else _bad_scalar(value)


def _bad_scalar(value: object) -> str:
    if isinstance(value, str):
        if len(value) > TEXT_CHARACTERS_MAX:
            return "too_long"
        # Neither fits into JSON of the database.
        return "bad_value" if "\x00" in value or any("\ud800" <= c <= "\udfff" for c in value) else ""
    if isinstance(value, int):
        return "" if abs(value) < NUMBER_MAX else "too_long"
    return "" if isinstance(value, float) and math.isfinite(value) else "bad_value"


def _bytes(name: str, value: TraitValue) -> int:
    return len(name.encode()) + len(_json(value).encode())


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False)
