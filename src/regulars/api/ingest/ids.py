"""Ids as their senders mean them."""

from __future__ import annotations

from regulars.api.ingest.errors import Refused
from regulars.api.ingest.types import Code, Id

ID_CHARACTERS_MAX = 255
MESSAGE_ID_CHARACTERS_MAX = 100

# What programs write where they know nobody. Taken for an id it would make one person of everybody.
_BLOCKED = frozenset(
    [
        "0",
        "-1",
        "null",
        "nil",
        "none",
        "undefined",
        "nan",
        "false",
        "true",
        "unknown",
        "anonymous",
        "anon",
        "guest",
        "user",
        "userid",
        "user_id",
        "anonymousid",
        "n/a",
        "na",
        "-",
        "#n/a",
        "[object_object]",
        "00000000-0000-0000-0000-000000000000",
    ]
)


def read(name: str, told: Id) -> str | None:
    """An id as a text; None where there is none. Raises Refused for one too long."""
    if told is None:
        return None
    if isinstance(told, float):
        told = int(told) if told.is_integer() else told
    id_ = str(told).replace("\x00", "").strip()
    if len(id_) > ID_CHARACTERS_MAX:
        raise Refused(Code.BAD_ID, f"{name} may have {ID_CHARACTERS_MAX} characters.")
    return id_ or None


def blocked(id_: str | None) -> bool:
    """Whether it is a word for nobody, such as "undefined"."""
    return id_ is not None and id_.lower().replace(" ", "_") in _BLOCKED


def message_id(told: str | None) -> str | None:
    """Raises Refused for one too long, or with signs that cannot be stored."""
    if not told:
        return None
    if len(told) > MESSAGE_ID_CHARACTERS_MAX or not told.isprintable():
        raise Refused(
            Code.BAD_MESSAGE_ID,
            f"messageId may have {MESSAGE_ID_CHARACTERS_MAX} characters, all of them printable.",
        )
    return told
