from __future__ import annotations

from collections.abc import Iterator

import pytest
from tests.api.ingest import calling

from regulars.kit import clock


@pytest.fixture(autouse=True)
def _at_noon() -> Iterator[None]:
    """A moment of the tests' own, and nothing remembered of other tests."""
    calling.forget()
    with clock.fixed(calling.NOW):
        yield
    calling.forget()
