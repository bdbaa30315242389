from __future__ import annotations

import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from procrastinate.contrib.django.models import ProcrastinateJob
from tests.imports.conftest import NOW, Files

from regulars.imports import queries, services, tasks
from regulars.imports.errors import ImportProblem, NoSuchImport
from regulars.imports.types import State, WatchRow
from regulars.kit.outgoing import OutgoingError
from regulars.team.models import AuditLogEntry

ORDERS = "order_id,customer_id,date,amount\nA1,C1,2026-01-05 10:00,500.00\n"
MORE = ORDERS + "A2,C1,2026-01-06 10:00,500.00\n"


@pytest.fixture
def folder(files: Files, home: Path) -> Path:
    folder = home / "watch"
    folder.mkdir(parents=True)
    return folder


def _watch(place: str = "orders*.csv", **values: object) -> int:
    told: dict[str, object] = {"kind": "orders", "place": place, "at_hour": 6, "mapping": {}} | values
    return services.save_watch(user_id=None, now=NOW, **told)  # type: ignore[arg-type]


def _row(number: int) -> WatchRow:
    row = queries.watch(number)
    assert row is not None
    return row


def _look(files: Files, number: int, now: datetime = NOW) -> int | None:
    made = services.look(watch_id=number, now=now)
    if made is not None:
        services.advance(import_id=made, clock=lambda: now)
    return made


@pytest.mark.django_db
def test_a_new_file_is_brought_in_and_the_same_one_is_not_read_again(files: Files, folder: Path) -> None:
    number = _watch()
    (folder / "orders.csv").write_text(ORDERS)
    made = _look(files, number)
    assert made is not None
    assert files.row(made).state is State.DONE
    row = _row(number)
    assert (row.last_checked_at, row.last_worked_at, row.last_error) == (NOW, NOW, "")
    tomorrow = NOW + timedelta(days=1)
    assert _look(files, number, tomorrow) is None
    assert _row(number).last_worked_at == tomorrow
    assert len(queries.imports_page()) == 1
    (folder / "orders.csv").write_text(MORE)
    again = _look(files, number, tomorrow)
    assert again is not None
    assert files.row(again).report.things["order"].created == 1
    assert _row(number).last_import_id == again


@pytest.mark.django_db
def test_the_newest_file_of_a_pattern_is_read(files: Files, folder: Path) -> None:
    for name, content, age in (("orders-2.csv", ORDERS, 100), ("orders-1.csv", MORE, 10)):
        (folder / name).write_text(content)
        moment = NOW.timestamp() - age
        os.utime(folder / name, (moment, moment))
    made = _look(files, _watch("orders-*.csv"))
    assert made is not None
    assert files.row(made).name == "orders-1.csv"


@pytest.mark.django_db
def test_failures_are_kept_and_do_not_count_as_read(files: Files, folder: Path) -> None:
    number = _watch(mapping={"customer_id": "customer_id", "amount": "total"})
    _look(files, number)
    assert "no file" in _row(number).last_error
    (folder / "orders.csv").write_text(ORDERS)
    made = _look(files, number)
    assert made is not None
    assert files.row(made).state is State.FAILED
    assert "total" in _row(number).last_error
    assert _row(number).last_worked_at is None
    # The file is as it was, but it was never read: it is tried again.
    assert _look(files, number) is not None
    _watch(watch_id=number)
    assert _row(number).last_error == ""
    _look(files, number)
    assert _row(number).last_worked_at == NOW


@pytest.mark.django_db
def test_links_that_lead_out_of_the_folder_are_not_followed(files: Files, folder: Path) -> None:
    secret = files.write(ORDERS, "orders-secret.csv")
    (folder / "orders.csv").symlink_to(secret)
    (folder / "inside.csv").write_text(ORDERS)
    (folder / "orders-link.csv").symlink_to(folder / "inside.csv")
    number = _watch("orders.csv")
    assert _look(files, number) is None
    assert "no file" in _row(number).last_error
    assert _look(files, _watch("orders-link.csv")) is not None


@pytest.mark.django_db
@pytest.mark.parametrize("place", ["", "/etc/passwd", "../orders.csv", "a/../../b.csv", "**/x.csv"])
def test_places_outside_are_refused(files: Files, folder: Path, place: str) -> None:
    with pytest.raises(ImportProblem):
        _watch(place)


@pytest.mark.django_db
def test_addresses_are_checked(files: Files) -> None:
    with pytest.raises(OutgoingError):
        _watch("http://example.com/orders.csv")
    number = _watch("https://127.0.0.1/orders.csv")
    assert _look(files, number) is None
    assert "REGULARS_OUTGOING_ALLOW" in _row(number).last_error


@pytest.mark.django_db
def test_it_is_due_at_its_hour_of_the_shops_day(files: Files, folder: Path) -> None:
    number = _watch(at_hour=6)  # 06:00 in Moscow is 03:00 UTC
    assert _row(number).next_at == datetime(2026, 3, 16, 3, tzinfo=UTC)
    assert tasks.watch(NOW, 100) == 0
    assert tasks.watch(datetime(2026, 3, 16, 3, tzinfo=UTC), 100) == 1
    assert tasks.watch(datetime(2026, 3, 16, 3, tzinfo=UTC), 100) == 0
    assert _row(number).next_at == datetime(2026, 3, 17, 3, tzinfo=UTC)
    jobs = ProcrastinateJob.objects.filter(task_name="imports.look")
    assert [job.args for job in jobs] == [{"watch_id": number}]
    services.save_watch(
        watch_id=number,
        kind="orders",
        place="a.csv",
        at_hour=6,
        mapping={},
        user_id=None,
        now=NOW,
        active=False,
    )
    assert tasks.watch(datetime(2026, 3, 20, tzinfo=UTC), 100) == 0
    assert _row(number).next_at is None


@pytest.mark.django_db
def test_who_changes_a_watch_stands_in_the_log(files: Files, folder: Path) -> None:
    number = _watch()
    services.check_watch(watch_id=number, user_id=None, now=NOW)
    services.delete_watch(watch_id=number, user_id=None, now=NOW)
    assert queries.watches() == []
    assert AuditLogEntry.objects.filter(action="watch_changed", subject=f"watch:{number}").count() == 2
    with pytest.raises(NoSuchImport):
        services.delete_watch(watch_id=number, user_id=None, now=NOW)
