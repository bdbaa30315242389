"""The lake follows every change, and nothing is lost wherever a run dies."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import duckdb
import pytest
from django.db import connection
from tests.analytics.compute.till import NOW, Till, run

from regulars.analytics import services
from regulars.analytics.compute import lake
from regulars.analytics.compute.engine import connection as engine
from regulars.analytics.compute.postgres import snapshot
from regulars.analytics.errors import LakeError
from regulars.analytics.models import LakeFile
from regulars.commerce import services as commerce
from regulars.commerce.types import OrderChange, OrderLine
from regulars.events import queries as marks
from regulars.kit.lake import LakeTable
from regulars.kit.locks import Space, alone

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("home")]

JANUARY = datetime(2026, 1, 10, 9, tzinfo=UTC)
FEBRUARY = datetime(2026, 2, 10, 9, tzinfo=UTC)


def bring_up_to_date(now: datetime = NOW) -> int:
    with engine(threads=1) as con, snapshot() as shop:
        return lake.bring_up_to_date(con, shop, marks=marks.touched_months(1000), now=now)


def amounts() -> list[int]:
    """Of all order lines that the lake holds."""
    files = lake.files_of("order_lines")
    if not files:
        return []
    rows = duckdb.execute("SELECT amount_minor FROM read_parquet(?) ORDER BY 1", [files]).fetchall()
    return [amount for (amount,) in rows]


def in_force() -> dict[tuple[str, date | None], str]:
    rows = LakeFile.objects.filter(retired_at=None).values_list("table", "month", "path")
    return {(table, month): path for table, month, path in rows}


def on_disk(home: Path) -> set[str]:
    return {str(path.relative_to(home / "lake")) for path in (home / "lake").rglob("*") if path.is_file()}


def test_a_month_is_a_file_of_our_own(home: Path) -> None:
    till = Till()
    till.sell(0, JANUARY, 100)
    till.sell(1, FEBRUARY, 200)
    till.sell(None, datetime(2026, 1, 31, 23, 59, 59, tzinfo=UTC), 300)
    bring_up_to_date()
    assert amounts() == [100, 200, 300]
    months = dict(LakeFile.objects.filter(table="order_lines").values_list("month", "rows"))
    assert months == {date(2026, 1, 1): 2, date(2026, 2, 1): 1}
    assert marks.touched_months(10) == []
    for path in (home / "lake").rglob("*"):
        assert path.stat().st_mode & 0o777 == (0o700 if path.is_dir() else 0o600)


def test_it_holds_no_names(home: Path) -> None:
    Till(["Marked Person"]).sell(0, JANUARY, 100)
    bring_up_to_date()
    assert on_disk(home)
    for path in on_disk(home):
        assert b"Marked" not in (home / "lake" / path).read_bytes()


def test_only_months_that_changed_are_written_anew() -> None:
    till = Till()
    till.sell(0, JANUARY, 100)
    till.sell(0, FEBRUARY, 200)
    bring_up_to_date()
    before = in_force()
    assert bring_up_to_date() == 0
    assert in_force() == before
    till.sell(1, FEBRUARY, 300)
    assert bring_up_to_date() == 2
    after = in_force()
    changed = {key for key in before if before[key] != after[key]}
    assert changed == {("order_lines", date(2026, 2, 1))}
    assert amounts() == [100, 200, 300]


def test_an_edit_reaches_both_months() -> None:
    till = Till()
    order = till.sell(0, JANUARY, 100)
    bring_up_to_date()
    moved = replace(order, ordered_at=FEBRUARY, lines=(OrderLine(amount_minor=150),))
    commerce.record_orders(orders=[moved], now=NOW)
    bring_up_to_date()
    assert amounts() == [150]
    assert {month for table, month in in_force() if table == "order_lines"} == {date(2026, 2, 1)}


def test_an_undo_reaches_the_lake() -> None:
    till = Till()
    till.sell(0, JANUARY, 100)
    order = till.sell(0, FEBRUARY, 200)
    bring_up_to_date()
    undone = commerce.undo_orders(changes=[OrderChange(key=order.key, revision=1, before=None)], now=NOW)
    assert undone.removed == 1
    bring_up_to_date()
    assert amounts() == [100]
    assert ("order_lines", date(2026, 2, 1)) not in in_force()


def test_what_comes_after_the_look_is_in_the_next_one() -> None:
    till = Till()
    till.sell(0, JANUARY, 100)
    with engine(threads=1) as con, snapshot() as shop:
        seen = marks.touched_months(1000)
        shop.begin()
        till.sell(0, JANUARY, 200)
        lake.bring_up_to_date(con, shop, marks=seen, now=NOW)
    assert amounts() == [100]
    bring_up_to_date()
    assert amounts() == [100, 200]


def test_files_that_are_lost_or_cut_are_written_again(home: Path) -> None:
    till = Till()
    till.sell(0, JANUARY, 100)
    till.sell(0, FEBRUARY, 200)
    bring_up_to_date()
    files = in_force()
    (home / "lake" / files["order_lines", date(2026, 1, 1)]).unlink()
    cut = home / "lake" / files["order_lines", date(2026, 2, 1)]
    cut.write_bytes(cut.read_bytes()[:-10])
    (home / "lake" / files["profiles", None]).unlink()
    bring_up_to_date()
    assert amounts() == [100, 200]
    assert (home / "lake" / in_force()["profiles", None]).exists()


def test_a_lake_that_is_forgotten_is_written_whole(home: Path) -> None:
    till = Till()
    till.sell(0, JANUARY, 100)
    till.sell(0, FEBRUARY, 200)
    bring_up_to_date()
    before = on_disk(home)
    services.forget_lake()
    bring_up_to_date()
    assert amounts() == [100, 200]
    assert not before & on_disk(home)


def test_another_query_writes_all_its_files_anew(monkeypatch: pytest.MonkeyPatch) -> None:
    till = Till()
    till.sell(0, JANUARY, 100)
    till.sell(0, FEBRUARY, 200)
    bring_up_to_date()
    before = in_force()
    tables = [_other(table) if table.name == "order_lines" else table for table in lake.lake.registered()]
    monkeypatch.setattr(lake.lake, "registered", lambda: tables)
    bring_up_to_date()
    changed = {table for (table, month), path in in_force().items() if before[table, month] != path}
    assert changed == {"order_lines"}
    assert amounts() == [101, 201]


def _other(table: LakeTable) -> LakeTable:
    inner = f"SELECT kind, happened_at, amount_minor AS amount FROM ({table.query}) AS t"
    query = f"SELECT *, amount + 1 AS amount_minor FROM ({inner}) AS u"
    return LakeTable(name=table.name, query=query, moment=table.moment)


def test_a_reader_keeps_its_files_for_a_day(home: Path) -> None:
    till = Till()
    till.sell(0, JANUARY, 100)
    bring_up_to_date()
    (reading,) = lake.files_of("order_lines")
    till.sell(0, JANUARY, 200)
    bring_up_to_date(NOW + timedelta(hours=1))
    assert duckdb.execute("SELECT sum(amount_minor) FROM read_parquet(?)", [[reading]]).fetchall() == [(100,)]
    bring_up_to_date(NOW + timedelta(hours=26))
    assert not Path(reading).exists()
    assert LakeFile.objects.exclude(retired_at=None).count() == 0
    assert amounts() == [100, 200]


def killed_run(home: Path, moment: str, *extra: str) -> subprocess.CompletedProcess[str]:
    """A run in a process of its own, against this test's database."""
    address = urlsplit(os.environ["DATABASE_URL"])
    name = str(connection.settings_dict["NAME"])
    environment = {
        **os.environ,
        "DATABASE_URL": urlunsplit(address._replace(path=f"/{name}")),
        "REGULARS_HOME": str(home),
        "PYTHONPATH": str(Path(__file__).resolve().parents[3]),
    }
    return subprocess.run(
        [sys.executable, "-m", "tests.analytics.compute.dying_run", moment, *extra],
        env=environment,
        capture_output=True,
        text=True,
        timeout=120,
    )


@pytest.mark.slow
@pytest.mark.parametrize("moment", ["written", "switching", "switched"])
def test_nothing_is_lost_where_a_run_dies(home: Path, moment: str) -> None:
    till = Till()
    till.sell(0, JANUARY, 100)
    bring_up_to_date()
    till.sell(0, JANUARY, 200)
    waiting = marks.touched_months(10)
    assert waiting
    assert killed_run(home, moment).returncode == -signal.SIGKILL
    switched = moment == "switched"
    assert amounts() == ([100, 200] if switched else [100])
    assert marks.touched_months(10) == ([] if switched else waiting)
    left = on_disk(home)
    bring_up_to_date()
    assert amounts() == [100, 200]
    known = set(LakeFile.objects.values_list("path", flat=True))
    assert on_disk(home) == known
    assert switched or left - known  # what the dead run left behind is gone


@pytest.mark.slow
def test_a_full_disk_is_said_and_leaves_all_as_it_was(home: Path) -> None:
    """The system refuses to write files of more than so many bytes, as a full disk would."""
    till = Till()
    till.sell(0, JANUARY, 100)
    bring_up_to_date()
    before, files = in_force(), on_disk(home)
    till.sell(0, JANUARY, 200)
    waiting = marks.touched_months(10)
    refused = killed_run(home, "full", "300")
    assert refused.returncode == 3, refused.stderr
    assert "no room left on the disk" in refused.stdout
    assert (in_force(), on_disk(home), marks.touched_months(10)) == (before, files, waiting)
    bring_up_to_date()
    assert amounts() == [100, 200]


def test_one_run_at_a_time() -> None:
    with alone(Space.LAKE, "lake") as mine:
        assert mine
        with pytest.raises(LakeError) as refused:
            run()
    assert refused.value.code == "busy"
