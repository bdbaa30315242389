from __future__ import annotations

from collections.abc import Iterator

import pytest

from regulars.analytics.compute.engine import Engine, connection


@pytest.fixture
def engine() -> Iterator[Engine]:
    with connection(threads=1) as con:
        yield Engine(con)
