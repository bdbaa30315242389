"""Run a command on throw-away clusters of the system's PostgreSQL: `… -m tools.system_postgres 15 CMD…`.

The command finds their addresses, with blanks between them, in REGULARS_TEST_DATABASE_URL: one for each
process of the tests. Exit code 0 and a plain line where that version is not
installed: the oldest supported version is tested where it is at hand, and CI installs it.
"""

from __future__ import annotations

import contextlib
import os
import secrets
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from regulars.config.local import account as accounts

SETTINGS = "listen_addresses= fsync=off synchronous_commit=off full_page_writes=off max_connections=60"


CLUSTERS = 2


def main() -> int:
    version, *command = sys.argv[1:]
    programs = Path(f"/usr/lib/postgresql/{version}/bin")
    if not (programs / "postgres").is_file():
        print(f"PostgreSQL {version} is not installed here: not run on it.")
        return 0
    with contextlib.ExitStack() as stack:
        addresses = [stack.enter_context(_running(programs)) for _ in range(CLUSTERS)]
        environment = os.environ | {"REGULARS_TEST_DATABASE_URL": " ".join(addresses)}
        return subprocess.run(command, env=environment, check=False).returncode


@contextlib.contextmanager
def _running(programs: Path) -> Iterator[str]:
    """A cluster of its own within the block; gives its address."""
    account = accounts.for_database()
    with tempfile.TemporaryDirectory(prefix="rg-pg-") as name:
        folder = Path(name)
        password = folder / "password"
        password.write_text(secrets.token_hex(16))
        for path in (folder, password):
            accounts.own(path, account)
        data = folder / "data"
        run = {"cwd": folder, "stdout": subprocess.DEVNULL, **accounts.options(account)}
        subprocess.run(
            [programs / "initdb", "-D", data, "-U", "regulars", f"--pwfile={password}", "-A", "scram-sha-256",
             "-E", "UTF8", "--locale=C", "--no-sync"],
            check=True, **run,
        )  # fmt: skip
        options = " ".join(f"-c {setting}" for setting in SETTINGS.split())
        subprocess.run(
            [programs / "pg_ctl", "-D", data, "-w", "-l", folder / "log",
             "-o", f"{options} -k {folder}", "start"],
            check=True, **run,
        )  # fmt: skip
        try:
            yield f"postgresql://regulars:{password.read_text()}@/postgres?host={folder}"
        finally:
            subprocess.run([programs / "pg_ctl", "-D", data, "-m", "immediate", "stop"], check=True, **run)


if __name__ == "__main__":
    sys.exit(main())
