"""Codes by which a customer allows a spending: six digits, for ten minutes, with five tries.

One guess in 200,000 is right before a code is locked; and after that no new one is sent for a while.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from datetime import datetime, timedelta

DIGITS = 6
LASTS = timedelta(minutes=10)
TRIES_MAX = 5
LOCKED_FOR = timedelta(minutes=15)
"""After so many wrong ones nothing is sent to that customer, and nothing of theirs opens."""
SENT_MAX, SENT_WITHIN = 3, timedelta(minutes=10)
"""So that nobody's mailbox is filled from a till."""
SENT_A_DAY_MAX = 10

_BLANKS = re.compile(r"[\s-]+")


def new_code() -> str:
    """Six digits nobody can foresee."""
    return f"{secrets.randbelow(10**DIGITS):0{DIGITS}}"


def message_id(code_id: int, *, made_at: datetime, key: bytes) -> str:
    """By which a receiver knows copies of one message; another installation has the same numbers of codes."""
    return hmac.new(key, f"{code_id} {made_at.isoformat()}".encode(), hashlib.sha256).hexdigest()[:32]


def hashed(code: str, *, profile_id: int, key: bytes) -> str:
    """What is stored: without the key of the installation a million guesses would find it."""
    typed = _BLANKS.sub("", code)
    return hmac.new(key, f"{profile_id} {typed}".encode(), hashlib.sha256).hexdigest()
