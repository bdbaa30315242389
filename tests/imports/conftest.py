from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.conf import LazySettings

from regulars.imports import queries, services
from regulars.imports.types import ImportRow, Origin

NOW = datetime(2026, 3, 15, 12, tzinfo=UTC)


class Files:
    """Files of a shop, and short ways to bring them in as the worker would."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def write(self, content: str, name: str = "orders.csv") -> Path:
        path = self.folder / name
        path.write_text(content, encoding="utf-8")
        return path

    def take(self, path: Path, kind: str = "orders", **values: object) -> int:
        told: dict[str, object] = {"kind": kind, "examine": False, "origin": Origin.COMMAND} | values
        return services.take_file(name=path.name, path=path, now=NOW, user_id=None, **told)  # type: ignore[arg-type]

    def bring_in(self, path: Path, kind: str = "orders", **values: object) -> ImportRow:
        """Take a file and bring it in at once."""
        number = self.take(path, kind, **values)
        services.start(import_id=number, user_id=None, now=NOW)
        return self.advance(number)

    def advance(self, number: int, **values: object) -> ImportRow:
        services.advance(import_id=number, clock=lambda: NOW, **values)  # type: ignore[arg-type]
        return self.row(number)

    def row(self, number: int) -> ImportRow:
        row = queries.import_row(number)
        assert row is not None
        return row


@pytest.fixture
def home(settings: LazySettings, tmp_path: Path) -> Path:
    settings.HOME = tmp_path / "home"
    settings.WATCH_FOLDER = tmp_path / "home" / "watch"
    return settings.HOME


@pytest.fixture
def files(home: Path, tmp_path: Path) -> Files:
    """Where each test has an installation and a folder of files of its own."""
    folder = tmp_path / "files"
    folder.mkdir()
    return Files(folder)
