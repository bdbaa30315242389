"""Asking the lake for those above: SQL of their own over its tables, in a process that may be heavy.

What is asked the domains know; how it is answered is `analytics.compute`, which the web process never loads.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import AbstractContextManager
from datetime import datetime
from typing import Any, Protocol

Columns = Mapping[str, tuple[str, Sequence[Any]]]
"""By name a type of DuckDB and the values, all equally many."""


class Lake(Protocol):
    """The tables of the lake by their names, each a view, beside what the asker brings.

    `tables`: those of which there is anything; others are not there. Moments are in UTC.
    """

    @property
    def tables(self) -> frozenset[str]: ...

    def give(self, name: str, columns: Columns) -> None:
        """Let there be a table of these columns."""

    def run(self, statement: str, values: Mapping[str, Any] | None = None) -> None:
        """Run a statement of DuckDB, whose values are `$name`; it leaves what it makes."""

    def rows(self, statement: str, values: Mapping[str, Any] | None = None) -> list[tuple[Any, ...]]:
        """The rows of a small result."""


def open_lake(*, now: datetime, shop: Mapping[str, str] | None = None) -> AbstractContextManager[Lake]:
    """Open the lake, brought up to date; only in a process that may be heavy (`work_apart`).

    `shop`: tables that are read from PostgreSQL at that same moment, by name, each a SELECT over views
    `facts_<noun>`. While somebody else brings it up to date it is opened as it is. Raises LakeError.
    """
    from regulars.analytics.compute.asking import open_lake as opened

    return opened(now=now, shop=shop or {})


def work_apart(work: str, argument: str, *, enough: Callable[[], bool] = lambda: False) -> bool:
    """Have `work`, a function of ours as `package.module:name`, called with a text in a process of its own.

    Its memory goes back when it ends, and it ends with us. False if `enough`, asked each second, ended it
    before. Raises LakeError with what it said, RuntimeError where it failed otherwise: the reason stands in
    the log.
    """
    from regulars.analytics.compute.apart import work_apart as apart

    return apart(work, argument, enough=enough)
