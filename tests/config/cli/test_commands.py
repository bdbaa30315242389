from __future__ import annotations

import os
import subprocess
import sys

import pytest

LOADED = """
import sys
from regulars.config.cli import main
try:
    main()
except SystemExit:
    pass
print(" ".join(sys.modules), file=sys.stderr)
"""
HEAVY = {
    "django.db",
    "duckdb",
    "ibis",
    "pyarrow",
    "numpy",
    "altair",
    "granian",
    "psycopg",
}


def run(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "regulars", *arguments],
        env=os.environ | {"LC_ALL": "C.UTF-8"} | environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


@pytest.mark.parametrize("arguments", [["--help"], ["audit", "--help"], ["up", "--help"]], ids=" ".join)
def test_help_is_quick_because_it_loads_little(arguments: list[str]) -> None:
    done = subprocess.run(
        [sys.executable, "-c", LOADED, *arguments], capture_output=True, text=True, timeout=60
    )
    assert done.stdout.startswith("Usage: regulars")
    assert not HEAVY & set(done.stderr.split())


def test_help_lists_what_a_person_may_use() -> None:
    done = run("--help")
    listed = {line.split()[0] for line in done.stdout.split("Commands:")[1].strip().splitlines()}
    assert listed == {
        "audit", "backup", "events", "import", "ledger", "manage", "migrate", "password", "restore", "up",
        "upgrade", "web", "worker",
    }  # fmt: skip


def test_an_unknown_command_is_refused() -> None:
    done = run("upp")
    assert done.returncode == 2
    assert "upp" in done.stderr
    assert "Traceback" not in done.stderr


def test_a_wrong_setting_is_said_in_one_line() -> None:
    done = run("up", PORT="eighty")
    assert done.returncode == 2
    assert done.stderr == "PORT='eighty' is not understood; allowed is a whole number from 1 to 65535.\n"


@pytest.mark.slow
def test_manage_hands_over_to_django() -> None:
    done = run("manage", "diffsettings", "--output", "unified")
    assert done.returncode == 0
    assert "AUTH_USER_MODEL = 'team.User'" in done.stdout
