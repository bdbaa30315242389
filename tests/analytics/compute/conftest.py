from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from regulars.analytics.compute.engine import Engine, connection


@pytest.fixture
def engine() -> Iterator[Engine]:
    with connection(threads=1) as con:
        yield Engine(con)


@pytest.fixture
def home(tmp_path: Path, settings: Any) -> Path:
    """A folder of the installation's own, with an empty lake."""
    settings.HOME = tmp_path
    return tmp_path
