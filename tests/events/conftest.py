"""A table for what consumers of these tests do."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django.db import connection


@pytest.fixture
def effects(transactional_db: None) -> Iterator[str]:
    """The name of a table (event, profile, by) in which a handler may leave what it did."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE test_effects (event bigint, profile bigint, by text DEFAULT '')")
    try:
        yield "test_effects"
    finally:
        with connection.cursor() as cursor:
            cursor.execute("DROP TABLE test_effects")
