"""What can go wrong with backups, and that nothing is half done then."""

from __future__ import annotations

import json
import signal
import subprocess
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.config.backups.installations import Installation

from regulars.config.backups import container, restore

pytestmark = pytest.mark.slow


def rewritten(backup: Path, target: Path, change: Callable[[dict[str, Any]], None]) -> Path:
    """The same backup with another manifest."""
    with zipfile.ZipFile(backup) as old, zipfile.ZipFile(target, "w") as new:
        new.writestr("database.dump", old.read("database.dump"))
        manifest = json.loads(old.read("manifest.json"))
        change(manifest)
        new.writestr("manifest.json", json.dumps(manifest))
    return target


def refused(shop: Installation, file: Path) -> str:
    result = shop.run("restore", file)
    assert result.returncode == 2
    assert shop.tables() == []
    return result.stderr.splitlines()[-1]


def test_a_backup_is_readable_by_its_owner_only(backup: Path) -> None:
    assert oct(backup.stat().st_mode)[-3:] == "600"
    assert [path.name for path in backup.parent.iterdir()] == [backup.name]


def test_a_file_that_is_there_is_left_as_it_is(shop: Installation, tmp_path: Path) -> None:
    file = tmp_path / "mine"
    file.write_text("мой")
    result = shop.run("backup", file)
    assert result.returncode == 2
    assert "is there already" in result.stderr
    assert file.read_text() == "мой"
    assert list(tmp_path.iterdir()) == [file]


def test_a_folder_that_cannot_be_written_to(shop: Installation, tmp_path: Path) -> None:
    result = shop.run("backup", tmp_path / "no such folder" / "x")
    assert result.returncode == 2
    assert result.stderr.splitlines()[-1].startswith("Cannot write to ")


def test_a_full_disk_leaves_nothing(shop: Installation, tmp_path: Path) -> None:
    disk = tmp_path / "disk"
    disk.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=16k", "tmpfs", disk], capture_output=True)
    if mounted.returncode != 0:
        pytest.skip("only root may make a small disk")
    try:
        result = shop.run("backup", disk / "x.backup")
        assert result.returncode == 2
        assert result.stderr.splitlines()[-1].startswith("The disk is full")
        assert list(disk.iterdir()) == []
    finally:
        subprocess.run(["umount", disk], check=True)


def test_what_a_killed_attempt_left_is_taken_over(shop: Installation, tmp_path: Path) -> None:
    (tmp_path / "x.backup.part").write_bytes(b"half" * 100_000)
    shop.done("backup", tmp_path / "x.backup")
    assert [path.name for path in tmp_path.iterdir()] == ["x.backup"]
    with zipfile.ZipFile(tmp_path / "x.backup") as archive:
        assert archive.testzip() is None


def test_nothing_to_back_up(there: Installation, tmp_path: Path) -> None:
    result = there.run("backup", tmp_path / "x")
    assert result.returncode == 2
    assert "nothing to back up" in result.stderr
    assert list(tmp_path.glob("x*")) == []


@pytest.mark.parametrize("damage", ["a byte", "its end", "not one", "another zip"])
def test_a_damaged_file_is_refused_before_anything_is_touched(
    there: Installation, backup: Path, tmp_path: Path, damage: str
) -> None:
    file = tmp_path / "damaged"
    content = bytearray(backup.read_bytes())
    if damage == "a byte":
        content[len(content) // 2] ^= 1
    elif damage == "its end":
        del content[-2000:]
    elif damage == "not one":
        content = bytearray("Это не она".encode())
    file.write_bytes(content)
    if damage == "another zip":
        with zipfile.ZipFile(file, "w") as archive:
            archive.writestr("hello.txt", "hello")
    assert "damaged" in refused(there, file)
    assert "Cannot read" in refused(there, tmp_path / "missing")


def test_a_dump_that_is_not_the_manifests_is_refused(
    there: Installation, backup: Path, tmp_path: Path
) -> None:
    file = rewritten(backup, tmp_path / "x", lambda manifest: manifest.update(sha256="0" * 64))
    assert "damaged" in refused(there, file)


def test_rows_that_are_missing_take_all_of_it_back(there: Installation, backup: Path, tmp_path: Path) -> None:
    def more(manifest: dict[str, Any]) -> None:
        manifest["tables"]["customers_person"] += 1

    assert "customers_person" in refused(there, rewritten(backup, tmp_path / "x", more))


def test_a_later_releases_backup_is_refused(there: Installation, backup: Path, tmp_path: Path) -> None:
    def later(manifest: dict[str, Any]) -> None:
        manifest["version"] = "9.9.9"
        manifest["migrations"]["customers"].append("0999_wonders")

    assert "release 9.9.9" in refused(there, rewritten(backup, tmp_path / "a", later))
    file = rewritten(backup, tmp_path / "b", lambda manifest: manifest.update(format=2))
    assert "later release" in refused(there, file)


def test_a_database_of_something_else_is_left_alone(there: Installation, backup: Path) -> None:
    with psycopg.connect(there.url) as connection:
        connection.execute("CREATE TABLE pears (n integer)")
    result = there.run("restore", backup)
    assert result.returncode == 2
    assert "something else" in result.stderr
    assert there.tables() == ["pears"]


def test_while_somebody_works_with_it_nothing_is_restored(there: Installation, backup: Path) -> None:
    with psycopg.connect(there.url):
        assert "Somebody works" in refused(there, backup)


def test_who_is_just_leaving_does_not_hold_it_up(
    there: Installation, backup: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    leaving = psycopg.connect(there.url)
    monkeypatch.setattr(time, "sleep", lambda seconds: leaving.close())
    with container.read(backup) as reading:
        assert not restore.require_empty(there.url, reading.manifest)
    assert leaving.closed


def _until(true: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 60
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.002)


@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT], ids=lambda n: n.name)
def test_killed_in_the_middle_it_can_be_run_again(
    there: Installation, shop: Installation, backup: Path, number: signal.Signals
) -> None:
    name = there.url.split("@/")[1].split("?")[0]
    # Watched from the database beside it: a session in this one would make the restore refuse.
    with psycopg.connect(there.url.replace(f"/{name}?", "/regulars?"), autocommit=True) as watching:

        def sessions(condition: str) -> int:
            query = f"SELECT count(*) FROM pg_stat_activity WHERE datname = '{name}' AND {condition}"
            return int(watching.execute(query).fetchall()[0][0])

        process = there.start("restore", backup)
        writing = "application_name = 'regulars' AND backend_xid IS NOT NULL"
        _until(lambda: process.poll() is not None or sessions(writing) > 0)
        process.send_signal(number)
        _, said = process.communicate()
        assert process.returncode != 0, said
        _until(lambda: sessions("true") == 0)
    assert there.tables() == []
    there.done("restore", backup)
    assert there.contents() == shop.contents()


_ONLY_ROWS = """
from pathlib import Path
from regulars.config import database
from regulars.config.backups import container, restore
with container.read(Path(names["file"])) as reading:
    restore.bring_back(reading, url=database.url())
"""


def test_killed_after_the_commit_it_goes_on_behind_it(
    there: Installation, shop: Installation, backup: Path, tmp_path: Path
) -> None:
    there.code(_ONLY_ROWS, file=str(backup))
    # A backup made now, of all moments, is as good as any.
    there.done("backup", tmp_path / "between.backup")
    with zipfile.ZipFile(tmp_path / "between.backup") as archive:
        assert json.loads(archive.read("manifest.json"))["tables"].keys() == set(shop.tables())
    assert there.rows("SELECT max(epoch) FROM log_epochs") == [(1,)]
    result = there.run("restore", backup)
    assert result.returncode == 0, result.stderr
    assert "going on after them" in result.stderr
    assert there.rows("SELECT max(epoch) FROM log_epochs") == [(2,)]
    assert there.contents() == shop.contents()
    assert there.tables() == shop.tables()


def test_two_backups_to_one_file_at_once(shop: Installation, tmp_path: Path) -> None:
    processes = [shop.start("backup", tmp_path / "x.backup") for _ in range(2)]
    codes = []
    for process in processes:
        _said, told = process.communicate(timeout=60)
        assert "Traceback" not in told
        codes.append(process.returncode)
    assert sorted(codes) == [0, 2]
    assert [path.name for path in tmp_path.iterdir()] == ["x.backup"]
