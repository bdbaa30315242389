"""SQL with the values that are bound to it."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

_SLOT = re.compile(r"%%|%\((\w+)\)s")


@dataclass(frozen=True, slots=True)
class Statement:
    """A query for `cursor.execute(query, params)`; what comes from people stands in `params` only.

    It gives distinct `person_id`s, and may stand in brackets within a larger one.
    """

    query: str
    params: dict[str, Any]

    def named(self, prefix: str) -> Statement:
        """The same with a prefix before the names of its values, so that several fit in one statement."""
        params = {prefix + name: value for name, value in self.params.items()}
        return Statement(_named(self.query, prefix), params)


@lru_cache(maxsize=500)
def _named(query: str, prefix: str) -> str:
    """Kept: a till asks the same of each cart."""
    return _SLOT.sub(lambda m: f"%({prefix}{m[1]})s" if m[1] else m[0], query)


@dataclass(slots=True)
class Values:
    """The values of one statement while it is put together; equal ones of a type are bound once."""

    params: dict[str, Any] = field(default_factory=dict)
    _names: dict[tuple[str, str], str] = field(default_factory=dict)

    def bind(self, value: Any, type_: str) -> str:
        """What stands in the statement for a value of a PostgreSQL type."""
        known = (type_, repr(value))
        if (name := self._names.get(known)) is None:
            name = self._names[known] = f"v{len(self.params)}"
            self.params[name] = value
        return f"%({name})s::{type_}"
