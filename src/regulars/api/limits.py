"""How often a key may call: a bucket a key and process, filled up evenly over a minute.

Each process of the web server holds its share of the limit, so that no call asks another process or the
database. Calls fall on processes unevenly: a key may be refused a little below its limit, never let far
above it.
"""

from __future__ import annotations

import math
import threading
from collections import OrderedDict
from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from django.conf import settings

from regulars.team.types import ApiKey, KeyKind

WINDOW_SECONDS = 60.0
CALLERS_SHARE = 50
"""One visitor's browser gets a fiftieth of the public key it calls with: nobody else's is used up by it."""
BUCKETS_MAX = 20_000


class Verdict(NamedTuple):
    """Whether a call may go on. `limit` and `remaining`: units a minute; `reset_seconds`: until all are back.

    `retry_seconds`: when what was asked for would be allowed; 0 when it was.
    """

    allowed: bool
    limit: int
    remaining: int
    reset_seconds: int
    retry_seconds: int = 0


@dataclass(slots=True)
class _Bucket:
    level: float
    at: float


_lock = threading.Lock()
_buckets: OrderedDict[tuple[int, str], _Bucket] = OrderedDict()


def take(key: ApiKey, cost: int, now_monotonic: float, caller: str = "") -> Verdict:
    """Take `cost` units of the key's minute, or none if not that many are left.

    A call costs a unit, a batch one for each hundred events it holds. What costs more than the whole minute
    is let through when the minute is untouched. `caller`: who is behind a browser's key, such as a hash of
    the address; each of them also has a limit of its own, which is asked first.
    """
    if caller and key.kind is KeyKind.BROWSER:
        own = _take((key.id, caller), cost, max(1, settings.API_LIMIT // CALLERS_SHARE), now_monotonic)
        if not own.allowed:
            return own
    return _take((key.id, ""), cost, settings.API_LIMIT, now_monotonic)


def headers(verdict: Verdict) -> Mapping[str, str]:
    """What the answer says of it; a refusal also says when to come again."""
    said = {
        "RateLimit-Limit": str(verdict.limit),
        "RateLimit-Remaining": str(verdict.remaining),
        "RateLimit-Reset": str(verdict.reset_seconds),
    }
    if not verdict.allowed:
        said["Retry-After"] = str(verdict.retry_seconds)
    return said


def forget() -> None:
    """Begin anew; for tests."""
    with _lock:
        _buckets.clear()


def _take(name: tuple[int, str], cost: int, limit: int, now: float) -> Verdict:
    whole = max(1.0, limit / settings.WEB_WORKERS)
    a_second = whole / WINDOW_SECONDS
    wanted = min(float(max(0, cost)), whole)
    with _lock:
        bucket = _buckets.get(name)
        if bucket is None:
            bucket = _buckets[name] = _Bucket(whole, now)
            while len(_buckets) > BUCKETS_MAX:
                _buckets.popitem(last=False)
        else:
            _buckets.move_to_end(name)
        bucket.level = min(whole, bucket.level + max(0.0, now - bucket.at) * a_second)
        bucket.at = max(bucket.at, now)
        allowed = bucket.level >= wanted
        if allowed:
            bucket.level -= wanted
        level = bucket.level
    return Verdict(
        allowed=allowed,
        limit=limit,
        remaining=math.floor(level * settings.WEB_WORKERS),
        reset_seconds=math.ceil((whole - level) / a_second),
        retry_seconds=0 if allowed else max(1, math.ceil((wanted - level) / a_second)),
    )
