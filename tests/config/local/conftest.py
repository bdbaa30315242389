"""Folders a database's own user can enter: pytest's are closed to everybody but their maker."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest


@pytest.fixture
def open_tmp() -> Iterator[Path]:
    """A folder others may pass through, gone after the test."""
    path = Path(tempfile.mkdtemp(prefix="regulars-test-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)
