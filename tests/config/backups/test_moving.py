"""A shop is backed up, brought back on another server, and lives on there."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import psycopg
import pytest
from tests.config.backups.installations import Installation

pytestmark = [pytest.mark.slow, pytest.mark.long]

RECORD = """
from datetime import UTC, datetime
from django.db import transaction
from regulars.customers import services
from regulars.customers.types import NewProfile
now = datetime(2026, 3, 16, 12, tzinfo=UTC)
for external_id in names["ids"]:
    services.upsert_profiles(profiles=[NewProfile(source="shop", external_id=external_id)], now=now)
"""
READ = """
from regulars.events import queries
from regulars.events.types import Position
found = {}
for lane in range(64):
    after, keys = Position(*names["after"].get(str(lane), (0, 0, 0))), []
    while page := queries.in_order(lane=lane, after=after, limit=50):
        keys += [[event.source, event.key] for event in page]
        after = page[-1].position
    found[lane] = {"keys": keys, "after": [after.epoch, after.xid, after.id]}
"""
CONSUME = """
from datetime import UTC, datetime
from django.db import connection
from regulars.events import registry, services
from regulars.events.types import Consumer
now = datetime(2026, 3, 16, 12, tzinfo=UTC)
def handle(batch):
    with connection.cursor() as cursor:
        cursor.executemany("INSERT INTO handled VALUES (%s, %s)", [(e.source, e.key) for e in batch.events])
with registry.only_consumers(Consumer("test.handled", handle, backfill=True, batch=7)):
    for _ in range(names["rounds"]):
        services.consume(now=now)
    found = services.drain(now=now) if names["drain"] else 0
"""
FIGURES = """
from datetime import UTC, datetime
import msgspec
from regulars.analytics import queries
from regulars.analytics.compute.full_run import make_all_figures
from regulars.analytics.progress import Silent
assert make_all_figures(now=datetime(2026, 3, 17, 12, tzinfo=UTC), progress=Silent()) is not None
found = msgspec.to_builtins(queries.latest_audit())
"""
NO_FIGURES = """
from datetime import UTC, datetime
from regulars.analytics.compute.full_run import make_all_figures
from regulars.analytics.progress import Silent
assert make_all_figures(now=datetime(2026, 3, 17, 12, tzinfo=UTC), progress=Silent()) is None
"""


def read(
    shop: Installation, after: dict[str, Any] | None = None
) -> tuple[list[tuple[str, str]], dict[str, Any]]:
    """Every lane's log from its position on, and the positions after that."""
    lanes = shop.code(READ, after=after or {})
    keys = [tuple(key) for lane in lanes.values() for key in lane["keys"]]
    return keys, {lane: told["after"] for lane, told in lanes.items()}


def test_rows_and_figures_are_the_same_and_the_log_goes_on(
    copy: Installation, there: Installation, tmp_path: Path
) -> None:
    shop, backup = copy, tmp_path / "x.backup"
    shop.done("backup", backup)
    consumed, positions = read(shop)
    assert len(consumed) == len(set(consumed)) == shop.rows("SELECT count(*) FROM events")[0][0]
    said = there.done("restore", backup)
    assert there.contents() == shop.contents()
    assert "Customers: 60" in said
    assert f"All tables ({len(shop.tables())}) hold what the backup says." in said
    assert [epoch for (epoch,) in there.rows("SELECT epoch FROM log_epochs ORDER BY epoch")] == [1, 2]
    assert there.code(FIGURES) == shop.code(FIGURES)
    # A consumer goes on where it was; the new server's transaction ids begin anew, maybe below.
    assert read(there, positions)[0] == []
    there.code(RECORD, ids=["new1", "new2", "new3"])
    fresh, _after = read(there, positions)
    new = {
        ("customers", f"profile_created:{id_}")
        for (id_,) in there.rows("SELECT id FROM customers_profile WHERE source = 'shop'")
    }
    assert len(fresh) == 3
    assert set(fresh) == new
    everything, _after = read(there)
    assert len(everything) == len(set(everything))
    assert set(everything) == set(consumed) | new
    again = there.run("restore", backup)
    assert again.returncode == 2
    assert again.stderr.splitlines()[-1].startswith("There are data in this installation already")


def test_moved_twice_and_back_to_the_first_server(
    there: Installation, here: Installation, backup: Path, tmp_path: Path
) -> None:
    there.done("restore", backup)
    there.code(RECORD, ids=["a"])
    there.done("backup", tmp_path / "second.backup")
    here.done("restore", tmp_path / "second.backup")
    here.code(RECORD, ids=["b"])
    assert [epoch for (epoch,) in here.rows("SELECT epoch FROM log_epochs ORDER BY epoch")] == [1, 2, 3]
    keys, positions = read(here)
    assert len(keys) == len(set(keys)) == here.rows("SELECT count(*) FROM events")[0][0]
    assert {after[0] for after in positions.values()} >= {1, 2, 3}


def test_what_a_consumer_has_done_and_has_yet_to_do_moves_along(
    copy: Installation, there: Installation, tmp_path: Path
) -> None:
    """Backed up in the middle: there it does the rest, and what comes after; nothing twice."""
    with psycopg.connect(copy.url, autocommit=True) as connection:
        connection.execute("CREATE TABLE handled (source text, key text)")
    copy.code(CONSUME, rounds=3, drain=False)
    assert copy.rows("SELECT count(*) FROM handled") == [(21,)]
    copy.done("backup", tmp_path / "x.backup")
    copy.code(CONSUME, rounds=2, drain=False)  # done on the old server only, which nobody asks any more
    there.done("restore", tmp_path / "x.backup")
    assert there.rows("SELECT count(*) FROM handled") == [(21,)]
    there.code(RECORD, ids=["new1", "new2", "new3"])
    there.code(CONSUME, rounds=0, drain=True)
    there.code(RECORD, ids=["new4"])
    assert there.code(CONSUME, rounds=0, drain=True) == 1
    everything = "SELECT source, key FROM {} ORDER BY 1, 2"
    assert there.rows(everything.format("handled")) == there.rows(everything.format("events"))
    assert there.rows("SELECT count(*) FROM events WHERE epoch = 2") == [(4,)]
    assert there.rows("SELECT count(*) FROM event_set_aside") == [(0,)]


def test_into_an_installation_that_was_only_started(
    there: Installation, shop: Installation, backup: Path
) -> None:
    there.done("migrate")
    there.done("prepare", "--no-demo")
    assert there.rows("SELECT count(*) FROM team_user") == [(1,)]
    # The worker has looked after figures meanwhile, and found none.
    there.code(NO_FIGURES)
    assert there.rows("SELECT count(*) FROM analytics_figuresturn") == [(1,)]
    there.done("restore", backup)
    assert there.contents() == shop.contents()
    assert there.tables() == shop.tables()


def test_an_older_backup_is_brought_to_this_release(
    copy: Installation, there: Installation, tmp_path: Path
) -> None:
    copy.done("manage", "migrate", "simulator", "zero", "--verbosity=0")
    copy.done("backup", tmp_path / "old.backup")
    assert "simulator_demoshop" not in copy.tables()
    result = there.run("restore", tmp_path / "old.backup")
    assert result.returncode == 0, result.stderr
    assert "Bringing the database to this release" in result.stderr
    assert "simulator_demoshop" in there.tables()
    assert there.rows("SELECT count(*) FROM customers_person") == [(60,)]


def test_upgrading_makes_a_backup_first(copy: Installation, tmp_path: Path) -> None:
    assert "already" in copy.done("upgrade")
    copy.done("manage", "migrate", "simulator", "zero", "--verbosity=0")
    for command in ("web", "worker"):
        refused = copy.run(command)
        assert refused.returncode == 2
        assert "regulars upgrade" in refused.stderr
    undecided = copy.run("upgrade")
    assert undecided.returncode == 2
    assert "--no-backup" in undecided.stderr
    said = copy.done("upgrade", "--backup", tmp_path / "before.backup")
    assert "Start web and workers again" in said
    assert (tmp_path / "before.backup").exists()
    assert "simulator_demoshop" in copy.tables()


def test_to_postgresql_15_and_back(
    shop: Installation, backup: Path, postgres_15: str, there: Installation, tmp_path: Path
) -> None:
    older = Installation(tmp_path / "older", postgres_15)
    older.done("restore", backup)
    assert older.contents() == shop.contents()
    older.code(RECORD, ids=["fifteen"])
    older.done("backup", tmp_path / "fifteen.backup")
    there.done("restore", tmp_path / "fifteen.backup")
    assert there.contents() == older.contents()


def test_what_is_written_meanwhile_is_in_it_wholly_or_not_at_all(
    copy: Installation, another: Callable[[], Installation], tmp_path: Path
) -> None:
    writer = copy.start("manage", "shell", "--no-imports", "-c", _ENDLESS)
    try:
        assert writer.stdout is not None
        assert writer.stdout.readline() == "writing\n"
        for number in range(3):
            file = tmp_path / f"{number}.backup"
            copy.done("backup", file)
            restored = another()
            restored.done("restore", file)  # refuses by itself if counts and rows are not of one moment
            (people, events) = restored.rows(
                "SELECT (SELECT count(*) FROM customers_profile),"
                " (SELECT count(*) FROM events WHERE name = 'profile_created')"
            )[0]
            assert people == events > 60
        assert writer.poll() is None
    finally:
        writer.kill()
        writer.communicate()


_ENDLESS = """
import itertools
from datetime import UTC, datetime
from regulars.customers import services
from regulars.customers.types import NewProfile
now = datetime(2026, 3, 16, 12, tzinfo=UTC)
for n in itertools.count():
    batch = [NewProfile(source="shop", external_id=f"{n}-{i}") for i in range(20)]
    services.upsert_profiles(profiles=batch, now=now)
    if n == 0:
        print("writing", flush=True)
"""
