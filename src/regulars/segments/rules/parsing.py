"""Reading conditions from JSON. Whether they make sense is another question (`check`)."""

from __future__ import annotations

import re
from typing import Any

import msgspec
from django.utils.translation import gettext as _

from regulars.segments.errors import BadCondition, Wrong
from regulars.segments.types import Condition

BYTES_MAX = 1_000_000
"""More than all lists and texts of a condition anybody understands."""

_PLACE = re.compile(r" - at `\$([^`]*)`$")
_STEP = re.compile(r"\.of(?:\[(\d+)\])?")
_DECODER: msgspec.json.Decoder[Condition] = msgspec.json.Decoder(Condition)


def parse(data: bytes | str | object) -> Condition:
    """The condition that JSON, as text or already decoded, stands for.

    Raises BadCondition, with the node at which it stops being one.
    """
    try:
        if not isinstance(data, bytes | str):
            return _converted(data)
        if len(data) > BYTES_MAX:
            raise _bad((), _("This condition is too long."))
        return _DECODER.decode(data)
    except RecursionError:
        raise _bad((), _("This condition is nested too deep.")) from None
    except msgspec.ValidationError as error:
        raise _not_understood(str(error)) from None
    except (msgspec.DecodeError, UnicodeError):
        raise _bad((), _("This is not JSON.")) from None


def _converted(data: object) -> Condition:
    found: Condition = msgspec.convert(data, Condition)
    return found


def stored(condition: Condition) -> Any:
    """A condition as it is kept in a column of JSON; `parse` gives it back.

    What comes out of the column is equal to it: lists, where the condition has tuples.
    """
    return msgspec.json.decode(msgspec.json.encode(condition))


def _not_understood(words: str) -> BadCondition:
    """`words` end with the place as msgspec writes it: … - at `$.of[0].of.test.low`."""
    place = _PLACE.search(words)
    path, way = [], place[1] if place else ""
    while step := _STEP.match(way):
        path.append(int(step[1] or 0))
        way = way[step.end() :]
    what = words[: place.start()] if place else words
    message = _("This part of the condition cannot be understood: %(what)s") % {
        "what": f"{way.lstrip('.')}: {what}" if way else what
    }
    return _bad(tuple(path), message)


def _bad(path: tuple[int, ...], message: str) -> BadCondition:
    return BadCondition(message, [Wrong(path, message)])
