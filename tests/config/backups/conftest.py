"""Two servers: one a shop comes from, one it goes to."""

from __future__ import annotations

import itertools
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import psycopg
import pytest
from tests.config import outside
from tests.config.backups.installations import Installation, fill

from regulars.config.local.postgres import EmbeddedPostgres

_numbers = itertools.count(1)
Servers = tuple[EmbeddedPostgres, EmbeddedPostgres]


@pytest.fixture(scope="session")
def servers() -> Iterator[Servers]:
    folder = Path(tempfile.mkdtemp(prefix="regulars-test-", dir="/tmp"))
    folder.chmod(0o711)
    with EmbeddedPostgres(folder / "a", quick=True) as a, EmbeddedPostgres(folder / "b", quick=True) as b:
        yield a, b
    shutil.rmtree(folder)


def _new(server: EmbeddedPostgres, home: Path, template: str = "template1") -> Installation:
    name = f"shop{next(_numbers)}"
    with psycopg.connect(server.url(), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name} TEMPLATE {template}")
    return Installation(home, server.url(name))


@pytest.fixture(scope="session")
def shop(servers: Servers, tmp_path_factory: pytest.TempPathFactory) -> Installation:
    """A filled shop that tests only read."""
    made = _new(servers[0], tmp_path_factory.mktemp("shop") / "home")
    fill(made)
    return made


@pytest.fixture(scope="session")
def backup(shop: Installation, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A backup of it."""
    file = tmp_path_factory.mktemp("backup") / "магазин.backup"
    shop.done("backup", file)
    return file


@pytest.fixture
def here(servers: Servers, tmp_path: Path) -> Installation:
    """An empty database on the server the shop is on."""
    return _new(servers[0], tmp_path / "here")


@pytest.fixture
def copy(servers: Servers, shop: Installation, tmp_path: Path) -> Installation:
    """The same shop as the one that is only read, on its server, to be written to."""
    made = _new(servers[0], tmp_path / "copy", template=shop.database)
    if shop.home.exists():
        shutil.copytree(shop.home, made.home)
    return made


@pytest.fixture
def there(servers: Servers, tmp_path: Path) -> Installation:
    """An empty database on another server."""
    return _new(servers[1], tmp_path / "there")


@pytest.fixture
def postgres_15() -> Iterator[str]:
    """The address of the oldest PostgreSQL we work with."""
    folder = Path(tempfile.mkdtemp(prefix="regulars-test-", dir="/tmp"))
    folder.chmod(0o711)
    try:
        with outside.postgres_15(folder) as address:
            yield address
    finally:
        shutil.rmtree(folder)


@pytest.fixture
def another(servers: Servers, tmp_path: Path) -> Callable[[], Installation]:
    """Makes one empty database after the other there."""
    return lambda: _new(servers[1], tmp_path / f"home{next(_numbers)}")
