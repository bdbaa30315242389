"""Backups of the installation that `regulars up` keeps on this machine."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from tests.config.local.running import Start, python

pytestmark = pytest.mark.slow


def run(folder: Path, *arguments: str | Path) -> subprocess.CompletedProcess[str]:
    done = subprocess.run(
        [sys.executable, "-m", "regulars", *map(str, arguments)],
        env=python()[1] | {"REGULARS_HOME": str(folder)},
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert "Traceback" not in done.stderr, done.stderr
    return done


def test_while_it_runs_and_while_it_does_not(start: Start, folder: Path, open_tmp: Path) -> None:
    running, stopped = open_tmp / "running.backup", open_tmp / "stopped.backup"
    up = start(folder).until_ready()
    done = run(folder, "backup", running)
    assert done.returncode == 0, done.stderr
    assert "Starting the database" not in done.stderr
    refused = run(folder, "restore", running)
    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1].startswith("Regulars already runs here")
    assert up.status() == 200
    assert up.end() == 0

    done = run(folder, "backup", stopped)
    assert done.returncode == 0, done.stderr
    assert "Starting the database" in done.stderr
    # It ran only as long as it took.
    assert not (folder / "postgres.json").exists()
    assert not (folder / "postgres" / "data" / "postmaster.pid").exists()

    new = open_tmp / "Новый" / "var"
    done = run(new, "restore", stopped)
    assert done.returncode == 0, done.stderr
    assert str(new / "secret_key") in done.stdout
    moved = start(new).until_ready()
    assert moved.status() == 200
    assert "with your own e-mail and password" in moved.said()
    assert moved.end() == 0


def test_an_installation_that_was_never_started(open_tmp: Path) -> None:
    done = run(open_tmp / "var", "backup", open_tmp / "x")
    assert done.returncode == 2
    assert "nothing to back up" in done.stderr
    assert not (open_tmp / "x").exists()
