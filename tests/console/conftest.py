"""What several pages are tested with."""

from __future__ import annotations

import pytest
from tests.console import shops

from regulars.kit import clock


@pytest.fixture
def at_noon(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is the moment of the shops that pages are tested with."""
    monkeypatch.setattr(clock, "now", lambda: shops.NOW)
