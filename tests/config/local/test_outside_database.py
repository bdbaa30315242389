"""An outside PostgreSQL: no server of our own, and each process by itself."""

from __future__ import annotations

import re
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from tests.config.local.running import START_SECONDS_MAX, STOP_SECONDS_MAX, Start, free_port, python, status
from tests.config.outside import postgres_15

pytestmark = pytest.mark.slow


@pytest.fixture
def outside(open_tmp: Path) -> Iterator[str]:
    with postgres_15(open_tmp) as address:
        yield address


def run(command: str, environment: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "regulars", *command.split()],
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


def test_with_an_outside_database_up_starts_none(start: Start, new: Path, outside: str) -> None:
    up = start(new, env={"DATABASE_URL": outside}).until_ready()
    assert up.status() == 200
    assert not any("pginstall" in line for line in up.descendants().values())
    assert not (new / "postgres").exists()
    assert up.end() == 0


def test_each_process_by_itself_on_an_outside_database(new: Path, outside: str, tmp_path: Path) -> None:
    key = tmp_path / "key"
    key.write_text("k" * 60)
    address = tmp_path / "address"
    address.write_text(outside)
    environment = python()[1] | {"REGULARS_HOME": str(new), "DATABASE_URL_FILE": str(address)}
    assert run("worker", environment).stderr.startswith("Set REGULARS_SECRET_KEY")
    environment["REGULARS_SECRET_KEY_FILE"] = str(key)
    migrated = run("migrate", environment)
    assert migrated.returncode == 0, migrated.stderr
    port = free_port()
    arguments = [
        [sys.executable, "-m", "regulars", "web", "--port", str(port)],
        [sys.executable, "-m", "regulars", "worker"],
    ]
    children = [subprocess.Popen(line, env=environment, stderr=subprocess.PIPE) for line in arguments]
    try:
        deadline = time.monotonic() + START_SECONDS_MAX
        while status(port) != 200:
            assert all(child.poll() is None for child in children)
            assert time.monotonic() < deadline
            time.sleep(0.1)
        for child in children:
            child.terminate()
        assert [child.communicate(timeout=STOP_SECONDS_MAX)[1] for child in children] == [b"", b""]
        assert [child.returncode for child in children] == [0, 0]
    finally:
        for child in children:
            if child.poll() is None:
                child.kill()
                child.communicate()


@pytest.mark.parametrize("command", ["web", "worker", "migrate", "prepare"])
def test_without_a_database_they_say_what_to_do(tmp_path: Path, command: str) -> None:
    environment = python()[1] | {"REGULARS_HOME": str(tmp_path), "REGULARS_SECRET_KEY": "k" * 60}
    done = run(command, environment)
    assert done.returncode == 2
    assert (
        done.stderr
        == "No database: start Regulars with `make up`, or set DATABASE_URL to a PostgreSQL server.\n"
    )
    environment["DATABASE_URL"] = f"postgresql://x@127.0.0.1:{free_port()}/x"
    environment["REGULARS_WORKER_DATABASE_WAIT"] = "0"
    done = run(command, environment)
    assert done.returncode == 2
    assert re.fullmatch(r"The database does not answer: .*\n", done.stderr), done.stderr
    environment["DATABASE_URL"] = "mysql://x"
    assert run(command, environment).stderr.startswith("DATABASE_URL is not understood")
