"""Who points at profiles: domains above say so when their apps get ready.

A profile somebody points at is not removed when the import that brought it is undone.
"""

from __future__ import annotations

import re

_NAME = re.compile(r"[a-z][a-z_]*")
_references: dict[str, str] = {}


def register_reference(name: str, sql_exists: str) -> None:
    """Say by what rows a profile may be pointed at.

    `name` is a plural noun in snake case ("orders"): the reason told is "has_<name>". `sql_exists` is the
    inside of an EXISTS in which `p` is the profile's row and nothing is a parameter:
    `SELECT 1 FROM commerce_order AS o WHERE o.profile_id = p.id`. An index must answer it.

    Registering the same again changes nothing. Raises ValueError for a bad or taken name.
    """
    if not _NAME.fullmatch(name):
        raise ValueError(f"{name!r} is not in snake case")
    if _references.setdefault(name, sql_exists) != sql_exists:
        raise ValueError(f"the reference {name} is registered already, with another query")


def references() -> dict[str, str]:
    """Name and query of each, in the order they were registered."""
    return dict(_references)
