"""Where the next page goes on, in a form that tells nobody how it is made."""

from __future__ import annotations

import base64
import binascii
import json
from datetime import datetime

from regulars.api.rest.problems import Code, Problem

Place = list[str | int]
"""Where the last row of a page stands: what a list is ordered by."""

_LENGTH_MAX = 1000


def wrap(kind: str, place: Place) -> str:
    """The text that is given out as `next`; `kind` says of which list."""
    raw = json.dumps([kind, *place], ensure_ascii=False, separators=(",", ":")).encode()
    return base64.urlsafe_b64encode(raw).decode().rstrip("=")


def unwrap(kind: str, cursor: str, *types: type) -> Place:
    """The place of a cursor that `wrap` made for the same kind of list, with values of these types.

    Raises Problem (`bad_cursor`) for anything else.
    """
    try:
        if len(cursor) > _LENGTH_MAX:
            raise ValueError("longer than any of ours")
        raw = base64.b64decode(cursor + "=" * (-len(cursor) % 4), altchars=b"-_", validate=True)
        named, *place = json.loads(raw)
        if named != kind or [type(value) for value in place] != list(types) or wrap(kind, place) != cursor:
            raise ValueError("of another list")
    except (ValueError, TypeError, binascii.Error, RecursionError) as error:
        raise _none_of_ours() from error
    return list(place)


def moment(text: str) -> datetime:
    """A moment in a place, written with its zone. Raises Problem (`bad_cursor`)."""
    try:
        found = datetime.fromisoformat(text)
    except ValueError as error:
        raise _none_of_ours() from error
    if found.tzinfo is None:
        raise _none_of_ours()
    return found


def _none_of_ours() -> Problem:
    return Problem(
        Code.BAD_CURSOR,
        "This cursor is none of this list. Give `after` as it came in `next`, or leave it out.",
    )
