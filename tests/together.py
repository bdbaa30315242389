"""Runs functions at the same moment, each on a database connection of its own."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import TypeVar

from django.db import connection

WAIT_SECONDS_MAX = 30

T = TypeVar("T")


def together(functions: list[Callable[[], T]]) -> list[T | Exception]:
    """What each of them gave or raised, in their order."""
    barrier = Barrier(len(functions))

    def run(function: Callable[[], T]) -> T | Exception:
        try:
            connection.ensure_connection()
            barrier.wait(WAIT_SECONDS_MAX)
            return function()
        except Exception as error:
            return error
        finally:
            connection.close()

    with ThreadPoolExecutor(len(functions)) as pool:
        return list(pool.map(run, functions))
