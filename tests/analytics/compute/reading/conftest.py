from __future__ import annotations

import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import duckdb
import pytest
from django.utils import translation
from tests.analytics.compute.reading.reader import Evaluate, Reader

from regulars.analytics.compute.engine import connection


@pytest.fixture(autouse=True)
def _in_english() -> Iterator[None]:
    with translation.override("en"):
        yield


@pytest.fixture(scope="session")
def evaluate() -> Iterator[Evaluate]:
    """`evaluate(sql, value)`: what an expression over the text `v` gives."""
    with duckdb.connect() as con:

        def of(expression: str, value: object, type_name: str = "VARCHAR") -> Any:
            query = f"SELECT {expression} FROM (SELECT ?::{type_name} AS v)"
            return con.execute(query, [value]).fetchall()[0][0]

        yield of


@pytest.fixture
def reader(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Reader]:
    """Writes files and reads them, each time on a database of its own, with a temporary folder of its own."""
    temporary = tmp_path / "temporary"
    temporary.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(temporary))
    with connection(threads=1) as con:
        yield Reader(tmp_path, con)
