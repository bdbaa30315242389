"""A worker waits for a database that starts again: `regulars up` ends where it keeps ending."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import connection
from django.utils import translation

from regulars.config.cli.setup import NoDatabase
from regulars.config.cli.worker import await_database


@pytest.fixture
def away(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[threading.Event]:
    """The database is away until this is set."""
    monkeypatch.setenv("DATABASE_URL", "postgresql://nobody@localhost/nothing")
    there = connection.settings_dict["HOST"]
    monkeypatch.setitem(connection.settings_dict, "HOST", str(tmp_path))
    connection.close()
    back, over = threading.Event(), threading.Event()

    def come_back() -> None:
        back.wait(60)
        connection_of_main["HOST"] = there
        over.set()

    connection_of_main = connection.settings_dict
    thread = threading.Thread(target=come_back)
    thread.start()
    with translation.override("en"):
        yield back
    back.set()
    thread.join()
    connection.close()


@pytest.mark.django_db(transaction=True)
def test_it_is_waited_for(away: threading.Event, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(NoDatabase):
        await_database(0)
    timer = threading.Timer(0.1, away.set)
    timer.start()
    await_database(60)
    assert capsys.readouterr().err.count("The database does not answer") == 1
