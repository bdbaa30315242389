"""`regulars audit` from the command line to the files: what it writes, refuses and says."""

from __future__ import annotations

import json
import os
import pty
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from django.utils import translation

from regulars.config.cli.audit import audit

REGULARS = [sys.executable, "-m", "regulars"]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A folder of the test's own to stand in, an English terminal, and the language as it was afterwards."""
    monkeypatch.chdir(tmp_path)
    for name in ("LC_ALL", "LC_MESSAGES"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("LANG", "en_US.UTF-8")
    with translation.override(translation.get_language()):
        yield tmp_path


def write_orders(path: Path, customers: int = 40) -> Path:
    """Some months of a small shop, with a row without a customer and one without a date."""
    dice = random.Random(7)  # noqa: S311 (made-up orders)
    lines = ["order_id;customer_id;ordered_at;amount"]
    for customer in range(customers):
        day = date(2023, 1, 2) + timedelta(days=dice.randrange(200))
        for _visit in range(dice.choice([1, 1, 2, 3, 5])):
            lines.append(f"{len(lines)};клиент {customer};{day:%d.%m.%Y};{dice.randrange(500, 9000)},50")
            day += timedelta(days=dice.randrange(5, 60))
    lines += ["x1;;12.05.2023;100,00", "x2;клиент 3;не дата;100,00"]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def run(*arguments: str | Path) -> Result:
    return CliRunner().invoke(audit, [str(a) for a in arguments])


@pytest.mark.slow
def test_report_stands_beside_one_and_is_named(here: Path) -> None:
    done = run(write_orders(here / "orders.csv"))
    assert done.exit_code == 0, done.stderr
    assert f"Report: {here / 'report.html'}" in done.stdout
    page = (here / "report.html").read_text(encoding="utf-8")
    assert page.startswith("<!doctype html>")
    assert "<svg" in page
    assert sorted(p.name for p in here.iterdir()) == ["orders.csv", "report.html"]


@pytest.mark.slow
def test_our_report_is_written_anew_and_a_stranger_is_left_alone(here: Path) -> None:
    orders = write_orders(here / "orders.csv")
    (here / "report.html").write_text("my own page", encoding="utf-8")
    assert run(orders).exit_code == 0
    assert run(orders).exit_code == 0
    assert (here / "report.html").read_text(encoding="utf-8") == "my own page"
    assert sorted(p.name for p in here.iterdir()) == ["orders.csv", "report-2.html", "report.html"]


def test_language_decides_over_the_terminal(here: Path) -> None:
    done = run(write_orders(here / "orders.csv"), "--lang", "ru", "--currency", "rub", "--json", "a.json")
    assert "Как дела с удержанием" in done.stdout
    assert "₽" in done.stdout
    document = json.loads((here / "a.json").read_text(encoding="utf-8"))
    assert document["currency"] == "RUB"
    assert document["rejected"]["no_customer"] == 1
    assert document["rejected"]["bad_date"] == 1
    assert not (here / "report.html").exists()


def test_json_to_the_screen_is_all_there_is(here: Path) -> None:
    done = run(write_orders(here / "orders.csv"), "--json", "-")
    assert json.loads(done.stdout)["customers"] == 40
    assert [p.name for p in here.iterdir()] == ["orders.csv"]


def test_options_reach_the_audit(here: Path) -> None:
    orders = write_orders(here / "orders.csv")
    plain = json.loads(run(orders, "--json", "-").stdout)
    other = json.loads(run(orders, "--json", "-", "--margin", "25%", "--as-of", "01.06.2023").stdout)
    assert other["as_of"] == "2023-06-01"
    assert other["margin"] == 0.25
    assert other["orders"] < plain["orders"]
    assert other["ltv_historical"] == pytest.approx(other["revenue"] / other["customers"] / 4, abs=0.01)


@pytest.mark.slow
def test_ids_can_be_hidden(here: Path) -> None:
    orders = write_orders(here / "orders.csv")
    assert run(orders, "--hide-ids", "--out", "r.html", "--json", "a.json").exit_code == 0
    for name in ("r.html", "a.json"):
        assert "клиент " not in (here / name).read_text(encoding="utf-8")


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (["--margin", "3"], "--margin 3: write the share"),
        (["--margin", "nan"], "--margin nan: write the share"),
        (["--timezone", "Mars/Base"], "there is no such zone"),
        (["--timezone", "../../etc/passwd"], "there is no such zone"),
        (["--as-of", "31/12/2023"], "write the day as 2024-12-31"),
        (["--map", "colour=X"], "write field=COLUMN"),
        (["--map", "amount"], "write field=COLUMN"),
        (["--map", "amount=a", "--map", "amount=b"], "more than once"),
        (["--currency", "roubles"], "a code of three letters"),
        (["--out", "."], "is a folder"),
        (["--out", "missing/report.html"], "there is no folder missing"),
        (["--out", "orders.csv"], "one of the files to read"),
        (["--json", "./orders.csv"], "one of the files to read"),
        (["--out", "same", "--json", "./same"], "name the same file"),
    ],
)
def test_what_cannot_be_is_refused_before_the_work(here: Path, arguments: list[str], told: str) -> None:
    orders = write_orders(here / "orders.csv")
    before = orders.read_bytes()
    done = run("orders.csv", *arguments)
    assert done.exit_code == 2
    assert told in done.stderr
    assert done.stdout == ""
    assert orders.read_bytes() == before
    assert [p.name for p in here.iterdir()] == ["orders.csv"]


@pytest.mark.parametrize("content", [b"", b"no table at all", b"a;b\n1;2\n"])
def test_bad_input_is_told_in_a_line(here: Path, content: bytes) -> None:
    (here / "orders.csv").write_bytes(content)
    done = run("orders.csv")
    assert done.exit_code == 2
    assert "Traceback" not in done.stderr
    assert done.stderr.strip()
    assert [p.name for p in here.iterdir()] == ["orders.csv"]


@pytest.mark.slow
def test_file_that_cannot_be_written_leaves_the_old_one(here: Path) -> None:
    """The device that is always full."""
    done = run(write_orders(here / "orders.csv"), "--out", "/dev/full")
    assert done.exit_code == 2
    assert "/dev/full could not be written" in done.stderr
    assert Path("/dev/full").is_char_device()


def process(here: Path, *arguments: str, **environment: str) -> subprocess.CompletedProcess[bytes]:
    env = {"PATH": os.environ["PATH"], "HOME": str(here), **environment}
    return subprocess.run(
        [*REGULARS, "audit", *arguments], cwd=here, env=env, capture_output=True, timeout=120
    )


@pytest.mark.slow
def test_needs_no_database_and_no_utf8_terminal(here: Path) -> None:
    write_orders(here / "заказы 1.csv")
    done = process(here, "заказы 1.csv", LC_ALL="C", PYTHONIOENCODING="ascii", PYTHONUTF8="1")
    assert done.returncode == 0, done.stderr
    assert (here / "report.html").is_file()
    assert b"How retention stands" in done.stdout
    assert done.stdout.isascii()
    assert b"\x1b" not in done.stdout
    assert done.stderr == b""


@pytest.mark.slow
def test_closed_pipe_is_no_failure(here: Path) -> None:
    write_orders(here / "orders.csv")
    command = " ".join([*REGULARS, "audit orders.csv | head -1; exit ${PIPESTATUS[0]}"])
    env = {"PATH": os.environ["PATH"], "HOME": str(here)}
    done = subprocess.run(["bash", "-c", command], cwd=here, env=env, capture_output=True, timeout=120)
    assert done.returncode == 0
    assert done.stderr == b""


@pytest.mark.slow
def test_progress_is_shown_in_a_terminal_and_ctrl_c_ends_cleanly(here: Path) -> None:
    lines = "".join(
        f"{n},c{n % 70_001},2023-0{n % 9 + 1}-{n % 28 + 1:02},{n % 977}.50\n" for n in range(2_000_000)
    )
    (here / "orders.csv").write_text("order_id,customer_id,ordered_at,amount\n" + lines, encoding="utf-8")
    folder = here / "tmp"
    folder.mkdir()
    screen, terminal = pty.openpty()
    env = {
        "PATH": os.environ["PATH"],
        "HOME": str(here),
        "TMPDIR": str(folder),
        "LANG": "en_US.UTF-8",
        "TERM": "xterm",
    }
    running = subprocess.Popen(
        [*REGULARS, "audit", "orders.csv"], cwd=here, env=env, stdout=subprocess.PIPE, stderr=terminal
    )
    seen = b""
    while b"0:00:0" not in seen:  # the clock of the progress bar
        seen += os.read(screen, 4096)
    running.send_signal(signal.SIGINT)
    out, _none = running.communicate(timeout=60)
    os.close(terminal)
    while b"nothing was written" not in seen:
        seen += os.read(screen, 4096)
    os.close(screen)
    assert running.returncode == 130
    assert out == b""
    assert b"Traceback" not in seen
    assert sorted(p.name for p in here.iterdir()) == ["orders.csv", "tmp"]
    assert list(folder.iterdir()) == []
