"""How often customers may be looked up by a phone or a card, and codes sent: a till must not try numbers out.

Counted by each process in its memory, as the limits of keys are. The same number again from the same key,
such as with each line of a cart, is no new question.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict, deque
from dataclasses import dataclass, field

from django.conf import settings

from regulars.api.rest.problems import Code, Problem
from regulars.team.types import ApiKey, KeyKind

WINDOW_SECONDS = 600.0
NUMBERS_MAX = 100
"""Different numbers one till asks for in ten minutes: a customer every six seconds."""
UNKNOWN_MAX = 30
"""Of them numbers that nobody has: who tries numbers out meets these first."""
UNKNOWN_CARDS_MAX = 300
"""Cards that nobody has, asked for by one branch in ten minutes: one in two seconds. People show cards of
other shops too; who tries numbers out, of which most are nobody's, meets it soon."""
KEYS_MAX = 5
"""Different keys that ask for one number in ten minutes."""
CODES_MAX = 30
"""Codes one till has sent in ten minutes; how many one customer gets, loyalty itself sees to."""
SERVERS_SHARE = 20
"""A server asks for many tills."""
KEPT_MAX = 20_000
_BY_PHONE = "Too many customers were looked up by a phone. Ask for a card or the QR code meanwhile."
_BY_CARD = "Too many cards were tried that nobody has. Ask for the QR code meanwhile."


@dataclass(slots=True)
class _Asked:
    """What was asked for lately: moments and names, the oldest first."""

    of: deque[tuple[float, str]] = field(default_factory=deque)

    def forget_before(self, moment: float) -> None:
        while self.of and self.of[0][0] < moment:
            self.of.popleft()

    def has(self, name: str) -> bool:
        return any(one == name for _at, one in self.of)

    def note_once(self, moment: float, name: str) -> None:
        if not self.has(name):
            self.of.append((moment, name))


_lock = threading.Lock()
_asked: OrderedDict[str, _Asked] = OrderedDict()


def ask_for_phone(key: ApiKey, number: str) -> None:
    """Note that this number is asked for. Raises Problem (`locked_out`) where it was too many."""
    now, name = time.monotonic(), _name(number)
    with _lock:
        numbers, unknown, keys = _of(f"key {key.id}"), _of(f"unknown {key.id}"), _of(f"phone {name}")
        for asked in (numbers, unknown, keys):
            asked.forget_before(now - WINDOW_SECONDS)
        if len(unknown.of) >= _most(UNKNOWN_MAX, key):
            raise _locked_out(unknown, now)
        if not numbers.has(name):
            if len(numbers.of) >= _most(NUMBERS_MAX, key):
                raise _locked_out(numbers, now)
            if not keys.has(str(key.id)) and len(keys.of) >= KEYS_MAX:
                raise _locked_out(keys, now)
            numbers.of.append((now, name))
            keys.of.append((now, str(key.id)))


def note_unknown(key: ApiKey, number: str) -> None:
    """Nobody has this number."""
    now, name = time.monotonic(), _name(number)
    with _lock:
        _of(f"unknown {key.id}").note_once(now, name)


def ask_for_card(key: ApiKey) -> None:
    """Before a card is looked up. Raises Problem (`locked_out`) where too many were nobody's lately."""
    now = time.monotonic()
    with _lock:
        unknown = _of(f"cards {key.id}")
        unknown.forget_before(now - WINDOW_SECONDS)
        if len(unknown.of) >= _most(UNKNOWN_CARDS_MAX, key):
            raise _locked_out(unknown, now, _BY_CARD)


def note_unknown_card(key: ApiKey, number: str) -> None:
    """Nobody has this card."""
    now, name = time.monotonic(), hashlib.sha256(number.encode()).hexdigest()[:16]
    with _lock:
        _of(f"cards {key.id}").note_once(now, name)


def ask_for_code(key: ApiKey) -> None:
    """Note that a code is to be sent. Raises Problem (`locked_out`) where it were too many."""
    now = time.monotonic()
    with _lock:
        sent = _of(f"codes {key.id}")
        sent.forget_before(now - WINDOW_SECONDS)
        if len(sent.of) >= _most(CODES_MAX, key):
            raise _locked_out(sent, now, "Too many codes were sent. Take the QR code meanwhile.")
        sent.of.append((now, ""))


def forget() -> None:
    """Begin anew; for tests."""
    with _lock:
        _asked.clear()


def _of(name: str) -> _Asked:
    found = _asked.get(name)
    if found is None:
        found = _asked[name] = _Asked()
        while len(_asked) > KEPT_MAX:
            _asked.popitem(last=False)
    else:
        _asked.move_to_end(name)
    return found


def _most(of_a_till: int, key: ApiKey) -> int:
    """Of all processes each holds its part."""
    of_key = of_a_till * (SERVERS_SHARE if key.kind is KeyKind.SERVER else 1)
    return max(1, of_key // settings.WEB_WORKERS)


def _name(number: str) -> str:
    digits = "".join(sign for sign in number if sign.isdecimal())
    return hashlib.sha256(digits[-10:].encode()).hexdigest()[:16]


def _locked_out(asked: _Asked, now: float, words: str = _BY_PHONE) -> Problem:
    seconds = max(1, int(asked.of[0][0] + WINDOW_SECONDS - now) + 1)
    return Problem(Code.LOCKED_OUT, words, headers={"Retry-After": str(seconds)})
