"""What is read again by itself."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime

from regulars.customers.types import SHOP


def save_watch(
    *,
    kind: str,
    place: str,
    at_hour: int,
    mapping: Mapping[str, str],
    user_id: int | None,
    now: datetime,
    watch_id: int | None = None,
    active: bool = True,
    source: str = SHOP,
) -> int:
    """Have a file or an address read daily; gives the watch's number.

    `place`: a file's name or a pattern (`orders-*.csv`, the newest of them is read) in the watched folder,
    or an https address. Raises ImportProblem for a place that may not be read.
    """
    raise NotImplementedError


def delete_watch(*, watch_id: int, user_id: int | None, now: datetime) -> None:
    """No longer read it; the imports it made stay."""
    raise NotImplementedError


def check_watch(*, watch_id: int, user_id: int | None, now: datetime) -> None:
    """Have it looked at soon instead of at its hour."""
    raise NotImplementedError
