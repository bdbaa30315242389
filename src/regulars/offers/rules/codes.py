"""Codes: 50 random bits in ten signs, made of a key, so that nobody needs to keep them.

Whoever has the key of the installation can print a code again; in the database stands a keyed hash only.
"""

from __future__ import annotations

import hashlib
import hmac
import re

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's thirty-two: none looks like another."""
LENGTH = 10
"""Of five bits each."""
GIVEN_MAX = 64
"""Longer is no code."""
SHARED_PATTERN = re.compile(r"[0-9A-ZА-Я]{3,32}")
"""A shared code, as it is compared: letters and digits."""

_LOOK_ALIKE = str.maketrans({"O": "0", "I": "1", "L": "1", "Ё": "Е"})
_BLANKS = re.compile(r"[\s\-_.]+")


def code_of(offer_id: int, serial: int, *, key: bytes) -> str:
    """The code of that serial of an offer, as it is printed: `7K2QF-M9XTD`."""
    drawn = int.from_bytes(hmac.digest(key, b"%d/%d" % (offer_id, serial), "sha256")[:7], "big") >> 6
    signs = []
    for _place in range(LENGTH):
        drawn, sign = divmod(drawn, len(SIGNS))
        signs.append(SIGNS[sign])
    half = LENGTH // 2
    return "".join(signs[:half]) + "-" + "".join(signs[half:])


def plain(code: str) -> str:
    """A code as it is compared: without blanks and case, signs that look alike as one."""
    return _BLANKS.sub("", code).upper().translate(_LOOK_ALIKE)


def hashed(code: str, *, key: bytes) -> bytes:
    """What is stored of a code, however it is written."""
    return hmac.digest(key, plain(code).encode(), hashlib.sha256)[:16]
