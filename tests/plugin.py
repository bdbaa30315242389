"""Loaded before Django's settings (`-p tests.plugin`): a PostgreSQL of the tests' own, and no silent skips.

`REGULARS_TEST_DATABASE_URL` runs the tests on another server, e.g. the system's PostgreSQL 15.
"""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
from pathlib import Path

import pytest

ALLOWED_SKIPS = Path(__file__).parent / "allowed_skips.txt"


def _start_database() -> None:
    outside = os.environ.get("REGULARS_TEST_DATABASE_URL")
    if outside:
        os.environ["DATABASE_URL"] = outside
        return
    from regulars.config.local.postgres import EmbeddedPostgres

    folder = Path(tempfile.mkdtemp(prefix="regulars-test-"))
    server = EmbeddedPostgres(folder, quick=True)
    server.start()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    atexit.register(server.stop)
    os.environ["DATABASE_URL"] = server.url("regulars")


@pytest.hookimpl(tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> None:
    # Workers of xdist inherit the address from the process that started them.
    if "PYTEST_XDIST_WORKER" not in os.environ:
        _start_database()


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave the slow tests to `make test-slow`, which selects them by their mark."""
    if config.option.markexpr:
        return
    slow = [item for item in items if item.get_closest_marker("slow")]
    config.hook.pytest_deselected(items=slow)
    items[:] = [item for item in items if not item.get_closest_marker("slow")]


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
