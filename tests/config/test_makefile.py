"""What `make up` says on a machine that lacks something, before any of our code can run."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest

from regulars.config import home

TOOLS = ("sh", "make", "find", "cat", "rm", "touch", "printf", "echo", "mkdir")


class Machine:
    """A checkout with blanks and other letters in its path, and only the programs we put there."""

    def __init__(self, folder: Path) -> None:
        self.checkout = folder / "Мой магазин" / "regulars"
        self.checkout.mkdir(parents=True)
        shutil.copy(home.CHECKOUT / "Makefile", self.checkout)
        self.programs = folder / "bin"
        self.programs.mkdir()
        for name in TOOLS:
            found = shutil.which(name)
            assert found, name
            (self.programs / name).symlink_to(found)

    def add(self, name: str, script: str) -> None:
        program = self.programs / name
        program.write_text(f"#!{shutil.which('sh')}\n{script}\n")
        program.chmod(0o755)

    def make(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            ["make", *arguments],
            cwd=self.checkout,
            env={"PATH": str(self.programs), "LC_ALL": "C.UTF-8"},
            executable=self.programs / "make",
            capture_output=True,
            text=True,
            timeout=60,
        )


@pytest.fixture
def machine(tmp_path: Path) -> Machine:
    return Machine(tmp_path)


OLD = 'case "$1" in --version) echo Python 3.9.2;; -c) exit 1;; esac'
NO_VENV = 'case "$1" in -c) exit 0;; -m) echo "ensurepip is not available" >&2; exit 1;; esac'
NEW = 'case "$1" in -c) exit 0;; -m) mkdir -p .venv/bin; echo "made with $0" >.venv/note; exit 1;; esac'


def test_no_python(machine: Machine) -> None:
    done = machine.make("up")
    assert done.returncode != 0
    assert "Regulars needs Python 3.11 or newer; this machine has: none.\n" in done.stderr
    assert "python3-venv" not in done.stderr


def test_an_old_python(machine: Machine) -> None:
    machine.add("python3", OLD)
    done = machine.make("up")
    assert done.returncode != 0
    assert "Regulars needs Python 3.11 or newer; this machine has: Python 3.9.2.\n" in done.stderr
    assert not (machine.checkout / ".venv").exists()


def test_an_old_python_beside_a_new_one(machine: Machine) -> None:
    machine.add("python3", OLD)
    machine.add("python3.12", 'echo "$0 $*" >>"${0%/*}/calls"; ' + NEW)
    machine.make("up")
    calls = (machine.programs / "calls").read_text()
    assert f"{machine.programs}/python3.12 -m venv .venv\n" in calls


def test_a_python_of_the_persons_choice(machine: Machine) -> None:
    machine.add("python3", OLD)
    machine.add("my python", 'echo "$*" >>"${0%/*}/calls"; ' + NEW)
    machine.make("up", f"PYTHON={machine.programs}/my python")
    assert "-m venv .venv\n" in (machine.programs / "calls").read_text()


def test_a_python_without_venv(machine: Machine) -> None:
    machine.add("python3", NO_VENV)
    done = machine.make("up")
    assert done.returncode != 0
    assert "ensurepip is not available\n" in done.stderr
    assert "apt install python3-venv" in done.stderr
    assert not (machine.checkout / ".venv").exists()


def test_without_a_goal_it_says_what_there_is(machine: Machine) -> None:
    done = machine.make()
    assert done.returncode == 0
    assert "make up" in done.stdout
    assert [path.name for path in machine.checkout.iterdir()] == ["Makefile"]
