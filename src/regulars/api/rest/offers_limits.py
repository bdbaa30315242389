"""How often codes may be tried that nobody has: a till must not guess.

Counted by each process in its memory, as the limits of keys are; by key, and by the customer they were tried
for, whoever asks. The same code again, such as with each line of a cart, is no new guess.
"""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict, deque
from collections.abc import Collection

from django.conf import settings

from regulars.api.rest.problems import Code, Problem
from regulars.team.types import ApiKey, KeyKind

WINDOW_SECONDS = 600.0
GUESSES_MAX = 60
"""Unknown codes one till tries in ten minutes."""
OF_PERSON_MAX = 15
"""And for one customer, whoever tries them."""
SERVERS_SHARE = 20
"""A server asks for many tills."""
KEPT_MAX = 20_000

_lock = threading.Lock()
_tried: OrderedDict[str, deque[tuple[float, str]]] = OrderedDict()


def ask_for_codes(key: ApiKey, person_id: int | None, codes: Collection[str]) -> None:
    """Before codes are looked up. Raises Problem (`locked_out`) where too many were guessed lately."""
    if not codes:
        return
    now = time.monotonic()
    with _lock:
        for name, most in _counted(key, person_id):
            tried = _lately(name, now)
            if len(tried) >= most:
                seconds = max(1, int(tried[0][0] + WINDOW_SECONDS - now) + 1)
                raise Problem(
                    Code.LOCKED_OUT,
                    "Too many codes were tried that there are not. Sell without one, or wait.",
                    headers={"Retry-After": str(seconds)},
                )


def note_unknown(key: ApiKey, person_id: int | None, codes: Collection[str]) -> None:
    """There are no such codes."""
    now = time.monotonic()
    with _lock:
        for name, _most in _counted(key, person_id):
            tried = _lately(name, now)
            known = {digest for _at, digest in tried}
            tried.extend((now, one) for one in dict.fromkeys(map(_digest, codes)) if one not in known)


def forget() -> None:
    """Begin anew; for tests."""
    with _lock:
        _tried.clear()


def _counted(key: ApiKey, person_id: int | None) -> list[tuple[str, int]]:
    share = SERVERS_SHARE if key.kind is KeyKind.SERVER else 1
    workers = settings.WEB_WORKERS
    counted = [(f"key {key.id}", max(1, GUESSES_MAX * share // workers))]
    if person_id is not None:
        counted.append((f"person {person_id}", max(1, OF_PERSON_MAX // workers)))
    return counted


def _lately(name: str, now: float) -> deque[tuple[float, str]]:
    tried = _tried.get(name)
    if tried is None:
        tried = _tried[name] = deque()
        while len(_tried) > KEPT_MAX:
            _tried.popitem(last=False)
    else:
        _tried.move_to_end(name)
    while tried and tried[0][0] < now - WINDOW_SECONDS:
        tried.popleft()
    return tried


def _digest(code: str) -> str:
    return hashlib.sha256(code.strip().upper().encode()).hexdigest()[:16]
