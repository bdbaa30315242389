from __future__ import annotations

import os
import signal
import socket
import stat
import subprocess
import sys
from pathlib import Path

import pytest

from regulars.config.local import installation
from regulars.config.local.errors import DiskFull, LocalError

HOLDER = """
import signal, sys
from pathlib import Path
from regulars.config.local import installation
with installation.only_one(Path(sys.argv[1]), "http://127.0.0.1:8000/"):
    print("held", flush=True)
    signal.pause()
"""


def test_a_second_start_says_where_the_first_one_answers(tmp_path: Path) -> None:
    with (
        installation.only_one(tmp_path, "http://127.0.0.1:8000/"),
        pytest.raises(
            LocalError, match=rf"already runs here: http://127\.0\.0\.1:8000/ \(process {os.getpid()}\)"
        ),
        installation.only_one(tmp_path, "http://127.0.0.1:9000/"),
    ):
        pass
    with installation.only_one(tmp_path, "http://127.0.0.1:9000/"):
        pass


def test_a_killed_holder_leaves_no_lock(tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", HOLDER, str(tmp_path)], stdout=subprocess.PIPE) as holder:
        assert holder.stdout is not None
        assert holder.stdout.readline() == b"held\n"
        with pytest.raises(LocalError, match=f"process {holder.pid}"), installation.only_one(tmp_path, ""):
            pass
        holder.send_signal(signal.SIGKILL)
        holder.wait()
    with installation.only_one(tmp_path, ""):
        pass


def test_a_taken_port_is_named_with_a_way_out() -> None:
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        with pytest.raises(LocalError, match=rf"Port {port} is taken .* make up PORT=\d+"):
            installation.require_free_port(port)
    installation.require_free_port(port)


def test_the_folder_is_made_closed_to_others(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "мой" / "var"))
    folder = installation.open_folder()
    assert folder == tmp_path / "мой" / "var"
    assert stat.S_IMODE(folder.stat().st_mode) == (0o711 if os.geteuid() == 0 else 0o700)
    assert stat.S_IMODE((folder / "up.lock").stat().st_mode) == 0o600
    installation.make_secret_key(folder)
    key = (folder / "secret_key").read_text()
    assert len(key) >= 50
    assert stat.S_IMODE((folder / "secret_key").stat().st_mode) == 0o600
    installation.make_secret_key(folder)
    assert (folder / "secret_key").read_text() == key


def test_a_folder_that_cannot_be_made_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "file").touch()
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "file" / "var"))
    with pytest.raises(LocalError, match=r"Cannot write to .*file/var: Not a directory"):
        installation.open_folder()


def test_a_folder_of_somebody_else_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REGULARS_HOME", "/" if os.geteuid() != 0 else str(_foreign(tmp_path)))
    with pytest.raises(LocalError, match="belongs to another user"):
        installation.open_folder()


def _foreign(tmp_path: Path) -> Path:
    folder = tmp_path / "theirs"
    folder.mkdir()
    os.chown(folder, 65534, 65534)
    return folder


def test_too_little_room_is_said_before_anything_is_made(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("REGULARS_HOME", str(tmp_path / "var"))
    monkeypatch.setattr(installation, "FREE_MEGABYTES_MIN", 10**12)
    with pytest.raises(DiskFull, match="The disk is full"):
        installation.open_folder()
