from __future__ import annotations

import os
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.imports.conftest import NOW, Files

from regulars.imports import queries, services, tasks
from regulars.imports.errors import ImportProblem, NoSuchImport, NotNow
from regulars.imports.types import Counts, State

ORDERS = """order_id,customer_id,date,product,quantity,amount
A1,C1,2026-01-05 10:00,Tea,2,500.00
A2,C2,2026-01-06 11:00,Tea,1,250.00
A3,C2,2026-01-07 11:00,Coffee,1,250.00
"""


def _count(table: str) -> int:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT count(*) FROM {table}")
        return int(cursor.fetchone()[0])


def _upload(files: Files, content: str, **values: Any) -> int:
    chunks = [content.encode()[i : i + 50] for i in range(0, len(content.encode()), 50)]
    return services.take_file(name="orders.csv", chunks=chunks, now=NOW, user_id=None, **values)


@pytest.mark.django_db
def test_from_an_upload_to_orders(files: Files) -> None:
    number = _upload(files, ORDERS)
    row = files.row(number)
    assert (row.state, row.kind, row.size) == (State.EXAMINING, "", len(ORDERS))
    assert [j.args for j in ProcrastinateJob.objects.filter(task_name="imports.advance")] == [
        {"import_id": number}
    ]
    row = files.advance(number)
    assert (row.state, row.kind) == (State.EXAMINED, "orders")
    assert row.preview is not None
    assert row.preview["mapping"]["order_id"] == "order_id"
    assert row.can_start
    services.check(import_id=number, now=NOW)
    checked = files.advance(number)
    assert checked.state is State.CHECKED
    assert (_count("commerce_order"), _count("events"), _count("imports_change")) == (0, 0, 0)
    services.start(import_id=number, user_id=None, now=NOW)
    done = files.advance(number)
    assert done.state is State.DONE
    # What the check said is what came true.
    assert checked.report.things == done.report.things
    assert checked.report.things["order"] == Counts(created=3)
    assert (checked.report.dry, done.report.dry) == (True, False)
    assert (done.report.rows, done.report.used) == (checked.report.rows, checked.report.used) == (3, 3)


@pytest.mark.django_db
def test_a_check_over_several_batches_counts_everything_once(
    files: Files, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("regulars.imports.kinds.tabled.cut", lambda sizes: list(range(1, len(sizes) + 1)))
    number = files.take(files.write(ORDERS))
    services.check(import_id=number, now=NOW)
    checked = files.advance(number)
    services.start(import_id=number, user_id=None, now=NOW)
    assert files.advance(number).report.things == checked.report.things
    assert checked.report.things["profile"] == Counts(created=2)
    assert checked.report.things["product"] == Counts(created=2)


@pytest.mark.django_db
def test_columns_can_be_chosen_and_are_offered_again(files: Files) -> None:
    content = "n,who,when,a,b\n1,C1,2026-01-05,10,99\n2,C2,2026-01-06,20,98\n"
    mapping = {"customer_id": "who", "ordered_at": "when", "amount": "b", "order_id": "n"}
    number = _upload(files, content, kind="orders")
    files.advance(number)
    services.choose_mapping(import_id=number, kind="orders", mapping=mapping, now=NOW)
    assert files.row(number).preview is None
    row = files.advance(number)
    assert (row.state, row.mapping) == (State.EXAMINED, mapping)
    services.start(import_id=number, user_id=None, now=NOW)
    files.advance(number)
    again = files.advance(_upload(files, content + "3,C3,2026-01-07,30,97\n", kind="orders"))
    assert again.mapping == mapping


@pytest.mark.django_db
def test_a_file_that_is_no_table_says_so_and_cannot_be_started(files: Files) -> None:
    row = files.advance(_upload(files, "just some words\nand some more\n", kind="orders"))
    assert row.state is State.EXAMINED
    assert row.preview is not None
    assert row.preview["problem"]["text"]
    with pytest.raises(ImportProblem):
        services.start(import_id=row.id, user_id=None, now=NOW)
    assert files.row(row.id).state is State.EXAMINED


@pytest.mark.django_db
def test_columns_can_be_chosen_after_a_start_that_found_none(files: Files) -> None:
    number = files.take(files.write(ORDERS), mapping={"amount": "total"})
    services.start(import_id=number, user_id=None, now=NOW)
    row = files.advance(number)
    assert (row.state, row.can_choose) == (State.FAILED, True)
    assert "total" in row.error_text
    services.choose_mapping(import_id=number, kind="orders", mapping={"amount": "amount"}, now=NOW)
    assert files.advance(number).state is State.EXAMINED
    services.start(import_id=number, user_id=None, now=NOW)
    row = files.advance(number)
    assert (row.state, row.can_choose) == (State.DONE, False)


@pytest.mark.django_db
def test_steps_at_the_wrong_time_are_refused(files: Files) -> None:
    number = files.take(files.write(ORDERS))
    for step in (services.stop, services.resume):
        with pytest.raises(NotNow):
            step(import_id=number, now=NOW)
    services.start(import_id=number, user_id=None, now=NOW)
    with pytest.raises(NotNow):
        services.start(import_id=number, user_id=None, now=NOW)
    with pytest.raises(NotNow):
        services.choose_mapping(import_id=number, kind="orders", mapping={}, now=NOW)
    with pytest.raises(NoSuchImport):
        services.stop(import_id=10**9, now=NOW)
    with pytest.raises(ImportProblem):
        services.choose_mapping(import_id=number, kind="orders", mapping={"colour": "x"}, now=NOW)


@pytest.mark.django_db
def test_stopped_in_the_middle_it_goes_on_where_it_was(files: Files, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("regulars.imports.kinds.tabled.cut", lambda sizes: list(range(1, len(sizes) + 1)))
    number = files.take(files.write(ORDERS))
    services.start(import_id=number, user_id=None, now=NOW)
    asked = iter([False, True, False])

    def stop_after_the_first() -> bool:
        if next(asked):
            services.stop(import_id=number, now=NOW)
        return False

    row = files.advance(number, enough=stop_after_the_first)
    assert (row.state, row.done, _count("commerce_order")) == (State.STOPPED, 1, 1)
    services.resume(import_id=number, now=NOW)
    row = files.advance(number)
    assert (row.state, row.done) == (State.DONE, 3)
    assert row.report.things["order"] == Counts(created=3)
    assert row.report.things["profile"] == Counts(created=2)


@pytest.mark.django_db
def test_a_copy_that_was_changed_is_not_gone_on_with(files: Files, home: Path) -> None:
    number = files.take(files.write(ORDERS))
    services.start(import_id=number, user_id=None, now=NOW)
    copy = home / "imports" / str(number) / "orders.csv"
    assert (copy.stat().st_mode & 0o777, copy.parent.stat().st_mode & 0o777) == (0o600, 0o700)
    copy.write_text(ORDERS.replace("250", "999"))
    row = files.advance(number)
    assert (row.state, row.error_code) == (State.FAILED, "copy_changed")
    copy.unlink()
    services.resume(import_id=number, now=NOW)
    assert files.advance(number).error_code == "copy_gone"
    assert _count("commerce_order") == 0


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("content", "limit", "code"),
    [("", 10**6, "empty_file"), (ORDERS, 100, "too_large")],
    ids=["empty", "large"],
)
def test_files_that_are_not_taken_leave_nothing(
    files: Files, home: Path, settings: Any, content: str, limit: int, code: str
) -> None:
    settings.IMPORT_BYTES_MAX = limit
    for number in (_upload(files, content), files.take(files.write(content))):
        row = files.row(number)
        assert (row.state, row.error_code, row.has_file) == (State.FAILED, code, False)
        assert row.error_text
    assert list((home / "imports").iterdir()) == []


@pytest.mark.django_db
def test_a_file_that_changes_while_it_is_read_is_noticed(files: Files, home: Path) -> None:
    path = files.write(ORDERS)
    reads = []
    original = Path.open

    class Growing:
        """A file to which another program adds a row as soon as somebody has read from it."""

        def __init__(self, opened: Any) -> None:
            self._opened = opened

        def __enter__(self) -> Growing:
            return self

        def __exit__(self, *error: object) -> None:
            self._opened.close()

        def fileno(self) -> int:
            return int(self._opened.fileno())

        def read(self, size: int) -> bytes:
            block = bytes(self._opened.read(size))
            if not reads:
                reads.append(block)
                with original(path, "a") as other:
                    other.write("A9,C9,2026-01-09 10:00,Tea,1,1.00\n")
            return block

    class GrowingPath(type(path)):  # type: ignore[misc]
        def open(self, *how: Any, **more: Any) -> Any:
            return Growing(original(self, *how, **more))

    number = files.take(GrowingPath(path))
    row = files.row(number)
    assert (row.state, row.error_code) == (State.FAILED, "file_changed")
    assert list((home / "imports").iterdir()) == []


@pytest.mark.django_db
def test_names_of_files_lead_nowhere(files: Files, home: Path) -> None:
    number = services.take_file(
        name="../../etc/passwd", chunks=[ORDERS.encode()], now=NOW, user_id=None, kind="orders", examine=False
    )
    assert [p.name for p in (home / "imports" / str(number)).iterdir()] == ["passwd"]
    assert not (home.parent / "etc").exists()


@pytest.mark.django_db
def test_the_schedule_wakes_the_worker_for_what_lies_about(files: Files) -> None:
    number = _upload(files, ORDERS)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_jobs")
    tasks.pick_up(NOW, 100)
    tasks.pick_up(NOW, 100)
    jobs = ProcrastinateJob.objects.filter(task_name="imports.advance")
    assert [job.args for job in jobs] == [{"import_id": number}]


@pytest.mark.django_db
def test_work_that_kills_its_workers_is_given_up(files: Files) -> None:
    from regulars.imports.models import Import

    number = files.take(files.write(ORDERS))
    services.start(import_id=number, user_id=None, now=NOW)
    Import.objects.filter(pk=number).update(attempts=5)
    row = files.advance(number)
    assert (row.state, row.error_code) == (State.FAILED, "gave_up")
    assert row.can_resume


@pytest.mark.django_db
def test_copies_and_rows_go_after_thirty_days(files: Files, home: Path) -> None:
    row = files.bring_in(files.write(ORDERS + "A4,C1,soon,Tea,1,1.00\n"))
    waiting = files.take(files.write(ORDERS))
    assert tasks.forget(NOW + timedelta(days=29), 100) == 0
    assert files.row(row.id).has_file
    tasks.forget(NOW + timedelta(days=31), 100)
    assert not files.row(row.id).has_file
    assert queries.rejected_rows(row.id).rows == []
    assert queries.rejected_rows(row.id).total == 1
    assert not (home / "imports" / str(row.id)).exists()
    # What nobody started waits as long, then goes as well.
    assert not files.row(waiting).has_file
    assert files.row(row.id).can_undo


@pytest.mark.django_db
def test_what_dead_processes_left_in_the_folder_goes(files: Files, home: Path) -> None:
    number = files.take(files.write(ORDERS))
    for name in ("arriving-dead", "999999", "arriving-now"):
        (home / "imports" / name).mkdir()
    yesterday = (NOW - timedelta(days=2)).timestamp()
    for name in ("arriving-dead", "999999", str(number)):
        os.utime(home / "imports" / name, (yesterday, yesterday))
    os.utime(home / "imports" / "arriving-now", (NOW.timestamp(), NOW.timestamp()))
    tasks.forget(NOW, 100)
    assert {p.name for p in (home / "imports").iterdir()} == {str(number), "arriving-now"}
