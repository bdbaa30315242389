"""Folders of installations, and `regulars up` that is gone after the test."""

from __future__ import annotations

import os
import pwd
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest
from tests.config.local.running import Start, Up, processes


@pytest.fixture
def open_tmp() -> Iterator[Path]:
    """A folder others may pass through, as pytest's are not; gone after the test."""
    path = Path(tempfile.mkdtemp(prefix="regulars-test-", dir="/tmp"))
    path.chmod(0o711)
    yield path
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def made() -> Iterator[Path]:
    """The folder of an installation that was started and stopped once."""
    above = Path(tempfile.mkdtemp(prefix="regulars-test-", dir="/tmp"))
    above.chmod(0o711)
    up = Up(above / "var")
    try:
        up.until_ready()
        assert up.end() == 0
    finally:
        for pid in [up.process.pid, *up.descendants()] if up.process.poll() is None else []:
            _kill(pid)
        up.process.wait()
    yield above / "var"
    shutil.rmtree(above)


@pytest.fixture
def new(open_tmp: Path) -> Path:
    """Where an installation may come into being."""
    (open_tmp / "Мой магазин").mkdir()
    return open_tmp / "Мой магазин" / "var"


def _kill(pid: int) -> None:
    with suppress(ProcessLookupError):  # it may have ended by itself meanwhile
        os.kill(pid, signal.SIGKILL)


@pytest.fixture
def folder(made: Path, new: Path) -> Path:
    """An installation of its own, made before: saves the test the first start."""
    subprocess.run(["cp", "-a", made, new], check=True)
    return new


@pytest.fixture
def ups(open_tmp: Path) -> Iterator[list[Up]]:
    """Those started in a test; none outlives it, nor is its folder taken away while it still runs."""
    started: list[Up] = []
    yield started
    for up in started:
        left = up.descendants()
        for pid in [up.process.pid, *left] if up.process.poll() is None else left:
            _kill(pid)
        up.process.wait()
        up.until(lambda: not _kill_all(started), "gone", alive=False)


def _kill_all(ups: list[Up]) -> bool:
    """Whether any process was left that had been told of their folders."""
    found = [pid for pid, line in processes().items() if any(str(up.folder) in line for up in ups)]
    for pid in found:
        _kill(pid)
    return bool(found)


@pytest.fixture
def start(ups: list[Up]) -> Start:
    def start(
        folder: Path,
        *,
        port: int | None = None,
        env: dict[str, str] | None = None,
        account: pwd.struct_passwd | None = None,
    ) -> Up:
        up = Up(folder, port=port, env=env, account=account)
        ups.append(up)
        return up

    return start
