"""Holding persons for those who keep something per person beside them."""

from __future__ import annotations

from collections.abc import Iterable

from django.db import connection

from regulars.customers.locks import lock_persons


def hold_persons(person_ids: Iterable[int]) -> set[int]:
    """Lock these persons to the end of the transaction, in the order of their ids; gives those there are.

    Whoever keeps something per person holds them while it is made, so that of two who do so at once the
    later one sees what the earlier one saw, and nobody merges them meanwhile. What is read after this, in
    a statement of its own, is not older than the lock.
    """
    if not connection.in_atomic_block:
        raise RuntimeError("persons are held to the end of a transaction")
    return lock_persons(person_ids)
