"""`regulars up` as a person runs it: real processes, a real database, real signals."""

from __future__ import annotations

import json
import os
import pwd
import re
import shutil
import signal
import socket
from pathlib import Path

import pytest
from tests.config.local.running import START_SECONDS_MAX, Start, processes

from regulars.config.local import places

pytestmark = [pytest.mark.slow, pytest.mark.long]


def sign_in_shown(said: str) -> tuple[str, str]:
    email = re.search(r"E-mail\s+(\S+)", said)
    password = re.search(r"Password\s+(\S+)", said)
    assert email is not None, said
    assert password is not None, said
    return email[1], password[1]


def test_started_stopped_and_started_again(start: Start, new: Path) -> None:
    first = start(new).until_ready()
    assert first.status() == 200
    assert f"http://127.0.0.1:{first.port}/" in first.said()
    shown = sign_in_shown(first.said())
    assert oct((new / "owner.json").stat().st_mode)[-3:] == "600"
    children = first.descendants()
    assert {"web", "worker"} <= {word for line in children.values() for word in line.split()}
    assert first.end(signal.SIGINT) == 0
    assert not set(children) & set(processes())
    assert not (new / "postgres.json").exists()
    assert "Traceback" not in first.said()

    second = start(new, port=first.port).until_ready()
    assert sign_in_shown(second.said()) == shown
    assert "Bringing the database" not in second.said()
    assert second.end(signal.SIGTERM) == 0
    assert "Traceback" not in second.said()


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP], ids=lambda n: n.name)
def test_stopped_while_starting_for_the_first_time(start: Start, new: Path, number: signal.Signals) -> None:
    up = start(new)
    up.until(lambda: "Starting the database" in up.said(), "at the database")
    assert up.end(number) == 0
    assert up.said().endswith("Stopped.\n")
    start(new).until_ready()


def test_after_kill_9_it_goes_on_with_the_same_data(start: Start, folder: Path) -> None:
    first = start(folder).until_ready()
    shown = sign_in_shown(first.said())
    children = first.descendants()
    first.process.kill()
    first.process.wait()
    # Web and worker notice; the database is found and stopped by the next one, on the same port.
    ours = {pid for pid, line in children.items() if "postgres" not in line}
    first.until(lambda: not ours & set(processes()), "without web and worker", alive=False)
    second = start(folder, port=first.port).until_ready()
    assert sign_in_shown(second.said()) == shown
    assert second.status() == 200
    assert second.end() == 0
    assert not set(children) & set(processes())


def test_a_second_one_says_where_the_first_one_answers(start: Start, folder: Path) -> None:
    first = start(folder).until_ready()
    second = start(folder)
    assert second.process.wait(START_SECONDS_MAX) == 2
    assert second.said() == (
        f"Regulars already runs here: http://127.0.0.1:{first.port}/ (process {first.process.pid}).\n"
    )
    assert first.status() == 200


def test_a_taken_port_is_said_and_nothing_is_started(start: Start, new: Path) -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        up = start(new, port=other.getsockname()[1])
        assert up.process.wait(START_SECONDS_MAX) == 2
    assert re.fullmatch(r"Port \d+ is taken by another program\. End .* make up PORT=\d+\n", up.said())
    assert not (new / "postgres").exists()


@pytest.mark.parametrize("name", ["web", "worker"])
def test_a_child_that_dies_is_started_again(start: Start, folder: Path, name: str) -> None:
    up = start(folder).until_ready()

    def pids() -> set[int]:
        return {pid for pid, line in up.descendants().items() if f"-m regulars {name}" in line}

    before = pids()
    for pid in before:
        os.kill(pid, signal.SIGKILL)
    # The server's own worker may have been replaced before the server itself was killed.
    said = f"The process “{name}” ended unexpectedly and is started again."
    up.until(lambda: said in up.said(), "saying so")
    up.until(lambda: bool(pids()) and not pids() & before, "started again")
    up.until(lambda: up.status() == 200, "answering")
    assert up.end() == 0


def test_a_database_that_dies_stops_everything(start: Start, folder: Path) -> None:
    up = start(folder).until_ready()
    children = up.descendants()
    server = next(pid for pid, line in children.items() if "bin/postgres " in line)
    os.kill(server, signal.SIGKILL)
    assert up.process.wait(START_SECONDS_MAX) == 2
    assert "The database has stopped" in up.said()
    up.until(lambda: not set(children) & set(processes()), "without children", alive=False)
    start(folder).until_ready()


def test_with_a_changed_password_the_made_one_is_shown_no_more(start: Start, folder: Path) -> None:
    made = json.loads((folder / "owner.json").read_text())
    (folder / "owner.json").write_text(json.dumps(made | {"password": "another-one"}))
    up = start(folder).until_ready()
    assert "with your own e-mail and password" in up.said()
    assert not (folder / "owner.json").exists()


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")
def test_as_an_ordinary_user(start: Start, new: Path) -> None:
    nobody = pwd.getpwnam("nobody")
    os.chown(new.parent, nobody.pw_uid, nobody.pw_gid)
    up = start(new, account=nobody, env={"HOME": str(new.parent)}).until_ready()
    assert up.status() == 200
    assert {path.owner() for path in [new, *new.iterdir()]} == {"nobody"}
    assert oct(new.stat().st_mode)[-3:] == "700"
    assert {Path(f"/proc/{pid}").stat().st_uid for pid in up.descendants()} == {nobody.pw_uid}
    assert up.end() == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root's folders are closed to the database's user")
def test_as_root_below_a_closed_folder(start: Start, new: Path) -> None:
    new.parent.chmod(0o700)
    up = start(new).until_ready()
    data = Path((new / "database_folder").read_text())
    try:
        assert data.parent == places.SYSTEM_FOLDER
        assert f"the data are kept in {data}" in up.said()
        assert up.end() == 0
        again = start(new).until_ready()
        assert sign_in_shown(again.said()) == sign_in_shown(up.said())
        assert again.end() == 0
        assert oct(new.parent.stat().st_mode)[-3:] == "700"
    finally:
        shutil.rmtree(data, ignore_errors=True)
