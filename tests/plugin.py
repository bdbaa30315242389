"""Loaded before Django's settings (`-p tests.plugin`): a PostgreSQL of the tests' own, and no silent skips.

`REGULARS_TEST_DATABASE_URL` runs the tests on another server, e.g. the system's PostgreSQL 15: those of
them that use a database, for to the others it is all one.
"""

from __future__ import annotations

import gc
import os
import shutil
import tempfile
from pathlib import Path

import pytest

from regulars.config.local.postgres import EmbeddedPostgres

ALLOWED_SKIPS = Path(__file__).parent / "allowed_skips.txt"


_own: list[EmbeddedPostgres] = []
"""The server of this process, if it started one."""


def _start_database() -> None:
    """A server for each process of xdist: an open transaction of one would hold back what another reads.

    Addresses from outside are shared out to the processes in turn.
    """
    outside = os.environ.get("REGULARS_TEST_DATABASE_URL", "").split()
    if outside:
        place = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw"))
        os.environ["DATABASE_URL"] = outside[place % len(outside)]
        return
    server = EmbeddedPostgres(Path(tempfile.mkdtemp(prefix="regulars-test-")), quick=True)
    server.start()
    _own.append(server)
    os.environ["DATABASE_URL"] = server.url("regulars")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    hands_out = early_config.known_args_namespace.numprocesses and "PYTEST_XDIST_WORKER" not in os.environ
    if not hands_out:
        _start_database()
    gc.disable()  # what the tests are made of stays; looking through it for rubbish takes seconds


def pytest_collection_finish() -> None:
    gc.freeze()
    gc.enable()


def pytest_unconfigure() -> None:
    while _own:
        server = _own.pop()
        server.stop()
        shutil.rmtree(server.folder, ignore_errors=True)


_DATABASE = {"db", "transactional_db", "live_server"}
"""Without one of these fixtures, or their mark, pytest-django lets no test near the database."""


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests to `make test-slow`, which selects them by their mark."""
    left = set()
    if not config.option.markexpr:
        left |= {item for item in items if item.get_closest_marker("slow")}
    if os.environ.get("REGULARS_TEST_DATABASE_URL"):
        left |= {item for item in items if not _uses_the_database(item)}
    if left:
        config.hook.pytest_deselected(items=[item for item in items if item in left])
        items[:] = [item for item in items if item not in left]
    if "PYTEST_XDIST_WORKER" in os.environ:
        _longest_files_first(items)


def _longest_files_first(items: list[pytest.Item]) -> None:
    """The order in which xdist hands out files: a long one at the end would keep all waiting for one process.

    Those with a test marked `long` come first, then those with many tests.
    """
    files: dict[Path, list[pytest.Item]] = {}
    for item in items:
        files.setdefault(item.path, []).append(item)
    ordered = sorted(
        files.values(),
        key=lambda those: (all(not one.get_closest_marker("long") for one in those), -len(those)),
    )
    items[:] = [item for those in ordered for item in those]


def _uses_the_database(item: pytest.Item) -> bool:
    marked = item.get_closest_marker("django_db") is not None
    return marked or not _DATABASE.isdisjoint(getattr(item, "fixturenames", ()))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """On CI a skip that is not listed by name is a failure."""
    unlisted = _unlisted_skips(terminalreporter)
    if unlisted and os.environ.get("CI"):
        terminalreporter.section("skips that tests/allowed_skips.txt does not list")
        for line in unlisted:
            terminalreporter.write_line(line)


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session) -> None:
    reporter = session.config.pluginmanager.get_plugin("terminalreporter")
    if reporter is not None and os.environ.get("CI") and _unlisted_skips(reporter):
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _unlisted_skips(reporter: pytest.TerminalReporter) -> list[str]:
    allowed = {
        line.split("#")[0].strip()
        for line in ALLOWED_SKIPS.read_text(encoding="utf-8").splitlines()
        if line.split("#")[0].strip()
    }
    return sorted({r.nodeid for r in reporter.stats.get("skipped", []) if r.nodeid not in allowed})
