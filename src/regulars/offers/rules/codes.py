"""Codes: 50 random bits in ten signs, made of a key, so that nobody needs to keep them.

Whoever has the key of the installation can print a code again; in the database stands a keyed hash only.
"""

from __future__ import annotations

import hmac
import re

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's thirty-two: none looks like another."""
GIVEN_MAX = 64
"""Longer is no code."""
SHARED_PATTERN = re.compile(r"[0-9A-ZА-Я]{3,32}")
"""A shared code, as it is compared: letters and digits."""

_PAIRS = [second + first for first in SIGNS for second in SIGNS]
"""Two signs for each ten bits: the lower five first."""
_LOOK_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "Ё": "Е"})
_BLANKS = re.compile(r"[\s\-_.]+")


def code_of(offer_id: int, serial: int, *, key: bytes) -> str:
    """The code of that serial of an offer, as it is printed: `7K2QF-M9XTD`."""
    drawn = int.from_bytes(hmac.digest(key, b"%d/%d" % (offer_id, serial), "sha256")[:7], "big") >> 6
    signs = "".join(_PAIRS[drawn >> shift & 1023] for shift in range(0, 50, 10))
    return f"{signs[:5]}-{signs[5:]}"


def plain(code: str) -> str:
    """A code as it is compared: without blanks and case, signs that look alike as one."""
    return _BLANKS.sub("", code).upper().translate(_LOOK_ALIKE)


def hashed(code: str, *, key: bytes) -> bytes:
    """What is stored of a code, however it is written."""
    return hashed_plain(plain(code), key=key)


def hashed_plain(code: str, *, key: bytes) -> bytes:
    """The same of a code that is as it is compared already."""
    return hmac.digest(key, code.encode(), "sha256")[:16]
