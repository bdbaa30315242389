"""The embedded server: closed to others, and back again whatever happened to it."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import tempfile
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

import psycopg
import pytest

from regulars.config.local import cluster, leftover
from regulars.config.local.errors import DiskFull, LocalError
from regulars.config.local.postgres import EmbeddedPostgres


@pytest.fixture(scope="module")
def folder() -> Iterator[Path]:
    """A folder with a long name, blanks and letters of another alphabet, as people have them."""
    path = Path(tempfile.mkdtemp(prefix="regulars-test-", dir="/tmp"))
    path.chmod(0o711)
    yield path / "Мой магазин, «Василёк» & co" / ("длинное имя " * 8).strip() / "postgres"
    shutil.rmtree(path)


@pytest.fixture(scope="module")
def server(folder: Path) -> Iterator[EmbeddedPostgres]:
    with EmbeddedPostgres(folder, quick=True) as server:
        yield server


def ask(server: EmbeddedPostgres, question: str) -> object:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        row = connection.execute(question).fetchone()
        return row[0] if row else None


def store_answer(server: EmbeddedPostgres) -> None:
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute("CREATE TABLE kept AS SELECT 42 AS answer")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def socket_folder(server: EmbeddedPostgres) -> Path:
    return Path(parse_qs(urlsplit(server.url()).query)["host"][0])


def test_the_database_does_not_depend_on_the_machines_language(server: EmbeddedPostgres) -> None:
    assert ask(server, "SELECT lower('ЁЛКА')") == "ёлка"
    mine = "FROM pg_database WHERE datname = current_database()"
    assert ask(server, f"SELECT datlocprovider {mine}") == "b"  # builtin
    assert ask(server, f"SELECT datlocale {mine}") == "C.UTF-8"
    assert ask(server, "SHOW server_encoding") == "UTF8"


def test_nobody_gets_in_without_the_password(server: EmbeddedPostgres) -> None:
    host = str(socket_folder(server))
    for role in ("regulars", "postgres"):
        with pytest.raises(psycopg.OperationalError, match="password"):
            psycopg.connect(host=host, user=role, dbname="regulars", password="guess")
        with pytest.raises(psycopg.OperationalError, match="no password"):
            psycopg.connect(host=host, user=role, dbname="regulars")


def test_its_log_holds_nothing_of_what_is_stored(server: EmbeddedPostgres, folder: Path) -> None:
    before = (folder / "postgres.log").stat().st_size
    with psycopg.connect(server.url()) as connection:
        connection.execute("CREATE TEMPORARY TABLE mark (phone text UNIQUE)")
        with pytest.raises(psycopg.errors.UniqueViolation):
            connection.execute("INSERT INTO mark VALUES ('+79161234567'), ('+79161234567')")
    told = cluster.log_since(folder, before)
    assert "duplicate key" in told
    assert "79161234567" not in told
    assert ask(server, "SHOW log_min_duration_statement") == "-1"


def test_it_is_not_on_the_network(server: EmbeddedPostgres) -> None:
    assert ask(server, "SHOW listen_addresses") == ""


def test_folders_and_passwords_are_closed_to_others(server: EmbeddedPostgres, folder: Path) -> None:
    assert [mode(path) for path in (folder, folder / "data", socket_folder(server))] == [0o700] * 3
    assert mode(folder / "passwords.json") == mode(folder / "postgres.log") == 0o600
    assert not list(folder.glob("*.tmp"))


def test_the_role_is_limited(server: EmbeddedPostgres) -> None:
    assert ask(server, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user") is False
    assert ask(server, "SHOW statement_timeout") == "30s"
    assert ask(server, "SHOW idle_in_transaction_session_timeout") == "30s"


@pytest.mark.slow
def test_the_folders_above_keep_their_modes(open_tmp: Path) -> None:
    parent = open_tmp / "above"
    parent.mkdir()
    parent.chmod(0o751)
    with EmbeddedPostgres(parent / "postgres", quick=True):
        pass
    assert (mode(open_tmp), mode(parent)) == (0o711, 0o751)


@pytest.mark.slow
def test_a_narrow_umask_does_not_lock_the_servers_user_out(open_tmp: Path) -> None:
    before = os.umask(0o077)
    try:
        with EmbeddedPostgres(open_tmp / "a" / "b" / "pg", quick=True) as server:
            assert ask(server, "SELECT 1") == 1
    finally:
        os.umask(before)
    assert mode(open_tmp / "a" / "b" / "pg") == 0o700


@pytest.mark.slow
def test_lost_passwords_are_not_replaced_by_ones_that_do_not_fit(open_tmp: Path) -> None:
    with EmbeddedPostgres(open_tmp / "pg", quick=True):
        kept = (open_tmp / "pg" / "passwords.json").read_text()
    (open_tmp / "pg" / "passwords.json").unlink()
    with pytest.raises(LocalError, match=r"passwords are lost: bring .*passwords\.json back"):
        EmbeddedPostgres(open_tmp / "pg", quick=True).start()
    (open_tmp / "pg" / "passwords.json").write_text(kept)
    with EmbeddedPostgres(open_tmp / "pg", quick=True) as server:
        assert ask(server, "SELECT 1") == 1


@pytest.mark.slow
def test_passwords_that_do_not_fit_are_said_at_once(open_tmp: Path) -> None:
    with EmbeddedPostgres(open_tmp / "pg", quick=True):
        pass
    (open_tmp / "pg" / "passwords.json").write_text('{"postgres": "x", "regulars": "y"}')
    with pytest.raises(LocalError, match="password authentication failed"):
        EmbeddedPostgres(open_tmp / "pg", quick=True).start()


@pytest.mark.slow
def test_stopped_and_started_it_has_the_same_data(open_tmp: Path) -> None:
    with EmbeddedPostgres(open_tmp / "pg", quick=True) as first:
        store_answer(first)
        gone = socket_folder(first)
    assert not gone.exists()
    assert first.exit_code() == 0
    with EmbeddedPostgres(open_tmp / "pg", quick=True) as second:
        assert ask(second, "SELECT answer FROM kept") == 42


@pytest.mark.slow
def test_a_server_left_over_is_stopped_and_replaced(open_tmp: Path) -> None:
    """As after `kill -9` of whoever started it."""
    orphan = EmbeddedPostgres(open_tmp / "pg", quick=True)
    orphan.start()
    try:
        store_answer(orphan)
        left = socket_folder(orphan)
        with EmbeddedPostgres(open_tmp / "pg", quick=True) as heir:
            assert orphan.exit_code() == 0
            assert not left.exists()
            assert ask(heir, "SELECT answer FROM kept") == 42
    finally:
        orphan.stop()


@pytest.mark.slow
def test_a_pid_file_whose_number_has_gone_to_another_program(open_tmp: Path) -> None:
    with EmbeddedPostgres(open_tmp / "pg", quick=True):
        content = (open_tmp / "pg" / "data" / "postmaster.pid").read_text()
    with subprocess.Popen(["sleep", "60"]) as stranger:
        try:
            lines = [str(stranger.pid), *content.splitlines()[1:]]
            (open_tmp / "pg" / "data" / "postmaster.pid").write_text("\n".join(lines))
            with EmbeddedPostgres(open_tmp / "pg", quick=True) as server:
                assert ask(server, "SELECT 1") == 1
            assert stranger.poll() is None
        finally:
            stranger.kill()


@pytest.mark.parametrize("content", ["", "rubbish", "999999999\n/elsewhere\n"])
def test_a_damaged_pid_file_does_not_stop_the_check(tmp_path: Path, content: str) -> None:
    (tmp_path / "postmaster.pid").write_text(content)
    assert leftover.stop(tmp_path) is False


def test_files_of_another_version_are_left_alone(open_tmp: Path) -> None:
    with EmbeddedPostgres(open_tmp / "pg", quick=True):
        pass
    (open_tmp / "pg" / "data" / "PG_VERSION").write_text("17\n")
    with pytest.raises(LocalError, match=r"made by PostgreSQL 17, but 18 is installed"):
        EmbeddedPostgres(open_tmp / "pg", quick=True).start()


@pytest.mark.slow
def test_a_first_start_that_was_interrupted_is_done_again(open_tmp: Path) -> None:
    half = open_tmp / "pg" / "data.new" / "base"
    half.mkdir(parents=True)
    if os.geteuid() == 0:
        shutil.chown(open_tmp / "pg", "regulars")
    with EmbeddedPostgres(open_tmp / "pg", quick=True) as server:
        assert ask(server, "SELECT 1") == 1


@pytest.mark.slow
@pytest.mark.parametrize("name", ["with blank", "х" * 60], ids=["blank", "long"])
def test_a_temporary_folder_that_is_no_use_for_a_socket(
    open_tmp: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    unfit = open_tmp / name
    unfit.mkdir()
    unfit.chmod(0o711)
    monkeypatch.setenv("XDG_RUNTIME_DIR", str(unfit))
    monkeypatch.setattr(tempfile, "tempdir", str(unfit))
    with EmbeddedPostgres(open_tmp / "pg", quick=True) as server:
        assert ask(server, "SELECT 1") == 1
        assert unfit not in socket_folder(server).parents
    assert list(unfit.iterdir()) == []


def test_a_folder_that_cannot_be_written_says_so(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    with pytest.raises(LocalError, match=r"Cannot write to .*file/pg"):
        EmbeddedPostgres(tmp_path / "file" / "pg").start()


@pytest.mark.parametrize(
    "output",
    [
        'initdb: error: could not write to file "pg_wal/x": No space left on device',
        "FATAL:  could not write lock file: Disk quota exceeded",
    ],
)
def test_a_full_disk_is_called_by_its_name(tmp_path: Path, output: str) -> None:
    error = cluster.failure(tmp_path, output)
    assert isinstance(error, DiskFull)
    assert str(error).startswith("The disk is full: ")


def test_a_server_that_ended_by_itself_says_why(tmp_path: Path) -> None:
    full = cluster.stopped(tmp_path, 'PANIC:  could not write to file "pg_wal/x": No space left on device')
    assert isinstance(full, DiskFull)
    other = cluster.stopped(tmp_path, "LOG:  received SIGKILL")
    assert str(other).startswith("The database has stopped (its log: ")


def test_only_the_end_of_the_log_since_the_start_counts(tmp_path: Path) -> None:
    (tmp_path / "postgres.log").write_text("before\n" + "x" * 70_000 + "end")
    assert len(cluster.log_since(tmp_path, 7)) == 65_536
    (tmp_path / "postgres.log").write_text("before\nafter")
    assert cluster.log_since(tmp_path, 7) == "after"
    assert cluster.log_since(tmp_path / "nowhere", 7) == ""


def test_another_failure_names_the_reason_and_the_log(tmp_path: Path) -> None:
    error = cluster.failure(tmp_path, "LOG:  starting\nFATAL:  the moon is full\nLOG:  shut down")
    assert "FATAL:  the moon is full" in str(error)
    assert str(tmp_path / "postgres.log") in str(error)


def test_a_large_log_is_set_aside(tmp_path: Path) -> None:
    log = tmp_path / "postgres.log"
    with log.open("wb") as file:
        file.truncate(cluster.LOG_BYTES_MAX + 1)
    os.close(cluster.open_log(tmp_path))
    assert log.stat().st_size == 0
    assert (tmp_path / "postgres.log.1").stat().st_size > cluster.LOG_BYTES_MAX


@pytest.mark.slow
def test_a_disk_without_room(open_tmp: Path) -> None:
    """A real one, of 20 MB."""
    disk = open_tmp / "disk"
    disk.mkdir()
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", "size=20m,mode=711", "tmpfs", disk], capture_output=True
    )
    if mounted.returncode != 0:
        pytest.skip("only root may make a small disk")
    try:
        with pytest.raises(DiskFull, match=r"^The disk is full: .* MB left at .*disk/pg"):
            EmbeddedPostgres(disk / "pg").start()
        assert not (disk / "pg" / "data").exists()
    finally:
        subprocess.run(["umount", disk], check=True)
