"""Who calls: the key of a call.

Keys are remembered for a few seconds by each process, so that a call costs no question to the database
and a revoked key still ends at once for people.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import threading
import time
from collections import OrderedDict

from regulars.api.key_uses import Uses
from regulars.team import queries
from regulars.team.types import ApiKey

REMEMBERED_SECONDS = 5.0
"""How long a revoked key may still open in a process that knows it."""
REMEMBERED_MAX = 5_000
"""Keys and wrong guesses at them; somebody who guesses does not fill the memory."""
SECRET_LENGTH_MAX = 200

_lock = threading.Lock()
_known: OrderedDict[bytes, tuple[ApiKey | None, float]] = OrderedDict()
_uses = Uses()


def calling(authorization: str | None, write_key: object = None) -> ApiKey | None:
    """The key of a call, or None if there is none that opens.

    `authorization`: the header, Basic with the key as the user or Bearer; `write_key`: what stands in a body
    in the place of the key, whatever that is; it counts only where the header names none.
    """
    secret = _secret_in(authorization) or (write_key.strip() if isinstance(write_key, str) else "")
    if not secret or len(secret) > SECRET_LENGTH_MAX or not secret.isascii():
        return None
    return _key_of(secret)


def count(key: ApiKey, *, calls: int = 1, taken: int = 0, refused: int = 0) -> None:
    """Note that a key was used; `taken` and `refused` are events (or things) of what it sent."""
    _uses.count(key.id, calls=calls, taken=taken, refused=refused)


def write_uses() -> None:
    """Write what was counted since the last time. Raises DatabaseError; what was not written is kept."""
    _uses.write()


def write_uses_behind() -> None:
    """From now on this process writes uses by itself; said by the web server."""
    _uses.write_behind()


def forget() -> None:
    """Remember no key and no use; for tests."""
    _uses.forget()
    with _lock:
        _known.clear()


def _secret_in(authorization: str | None) -> str:
    scheme, _blank, value = (authorization or "").strip().partition(" ")
    value = value.strip()
    if scheme.lower() == "bearer":
        return value
    if scheme.lower() != "basic":
        return ""
    try:
        pair = base64.b64decode(value, validate=True).decode()
    except (binascii.Error, UnicodeDecodeError, ValueError):
        return ""
    return pair.partition(":")[0].strip()


def _key_of(secret: str) -> ApiKey | None:
    at = time.monotonic()
    name = hashlib.sha256(secret.encode()).digest()  # no guess is kept as it came
    with _lock:
        found = _known.get(name)
    if found is not None and at < found[1]:
        return found[0]
    key = queries.key_of(secret)
    with _lock:
        _known[name] = (key, at + REMEMBERED_SECONDS)
        _known.move_to_end(name)
        while len(_known) > REMEMBERED_MAX:
            _known.popitem(last=False)
    return key
