"""Another PostgreSQL than ours: the system's 15."""

from __future__ import annotations

import contextlib
import os
import pwd
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

from tests.config.local.running import free_port

PROGRAMS = Path("/usr/lib/postgresql/15/bin")


@contextlib.contextmanager
def postgres_15(folder: Path) -> Iterator[str]:
    """Its address, while it runs with its files in a folder that others may pass through."""
    assert PROGRAMS.is_dir(), "PostgreSQL 15 of the system is needed: apt install postgresql-15"
    data = folder / "outside"
    data.mkdir()
    extra: dict[str, object] = {"cwd": "/"}
    if os.geteuid() == 0:
        nobody = pwd.getpwnam("nobody")
        os.chown(data, nobody.pw_uid, nobody.pw_gid)
        extra |= {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    run = [PROGRAMS / "initdb", "-D", data, "-U", "shop", "-A", "trust", "-E", "UTF8", "--locale=C", "-N"]
    subprocess.run(run, check=True, capture_output=True, **extra)  # type: ignore[call-overload]
    port = free_port()
    settings = [f"unix_socket_directories={data}", "listen_addresses=127.0.0.1", "fsync=off"]
    options = [word for setting in settings for word in ("-c", setting)]
    log_file = folder / "outside.log"
    with (
        log_file.open("wb") as log,
        subprocess.Popen(  # type: ignore[call-overload]
            [PROGRAMS / "postgres", "-D", data, "-p", str(port), *options], stderr=log, **extra
        ) as server,
    ):
        ready = [PROGRAMS / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(port), "-t", "1"]
        while subprocess.run(ready).returncode != 0:
            assert server.poll() is None, log_file.read_text()
            time.sleep(0.05)
        yield f"postgresql://shop@127.0.0.1:{port}/postgres"
        server.send_signal(signal.SIGQUIT)
