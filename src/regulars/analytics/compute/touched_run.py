"""The figures of customers who changed, from their own lines, scored against the last run over everybody.

Read from PostgreSQL into the same relations as the lake and put together by the same code, so that what a
credit takes off, and all else, is decided in one place (docs/decisions/0018).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

import duckdb

from regulars.analytics import locks, queries, registry, services
from regulars.analytics.compute import shop
from regulars.analytics.compute.engine import Engine, connection
from regulars.analytics.compute.figures import rfm, tables
from regulars.analytics.compute.figures.customers import customer_facts
from regulars.analytics.compute.figures.stages import staged
from regulars.analytics.compute.orders import assemble
from regulars.analytics.compute.persons import batches, make_persons, make_persons_without_orders
from regulars.analytics.compute.postgres import Snapshot, snapshot
from regulars.analytics.compute.reading.types import Reading
from regulars.analytics.errors import InputError
from regulars.analytics.models import CustomerFigures
from regulars.analytics.progress import Silent
from regulars.analytics.types import Run, Stage
from regulars.events import queries as marks
from regulars.kit import lake
from regulars.team import queries as team

PERSONS_MAX = 20_000
"""Where more are touched, a run over everybody is the shorter way."""
MARKS_MAX = 100_000
MEMORY_LIMIT = "512MiB"

Outcome = Literal["idle", "done", "later", "everybody"]
"""What came of it: "later": a run over everybody came in between, the marks stay; "everybody": one is needed,
since there was none yet, the shop's zone, currency or margin changed, or too many were touched."""

# The day after the last order that brings something: as in `regulars.analytics.compute.orders.screening`.
_LAST_DAY = """
SELECT max(ordered_at::DATE) FROM lines
WHERE customer_id IS NOT NULL AND kind <> 'credit' AND amount > 0 AND currency = ?
"""


@dataclass(frozen=True)
class _Touched:
    """What a look shows of the touched: `persons` to be refreshed, some of whom may be gone."""

    taken_at: datetime
    marks: list[tuple[int, int]]
    persons: list[int]


def refresh_touched(now: datetime) -> Outcome:
    """Refresh the figures of all customers with marks of change, and forget the marks."""
    if not marks.touched_profiles(1):
        return "idle"
    run = queries.latest_run()
    if run is None or not _is_of(run):
        return "everybody"
    with connection(memory_limit=MEMORY_LIMIT) as con:
        touched = _read(con, now)
        if touched is None:
            return "everybody"
        own = shop.keep_own_stages(con, registry.own_stages(now, touched.persons))
        _make_persons(con, run, own)
        if not _write_back(con, touched, run):
            return "later"
    services.see_to_touched(touched.marks)
    return "done"


def _is_of(run: Run) -> bool:
    """Whether the shop still reckons as it did then."""
    now = team.shop()
    currency = now.currency if now.set_up_at else run.currency
    return (run.timezone, run.margin) == (now.timezone, now.margin) and run.currency == currency


def _read(con: duckdb.DuckDBPyConnection, now: datetime) -> _Touched | None:
    """Fill the three relations with the touched persons' rows; None if there are too many of them."""
    with snapshot() as look:
        with locks.turn(now) as taken_at:
            found = marks.touched_profiles(MARKS_MAX)
            look.begin()
        profiles = {profile for _id, profile in found}
        if len(profiles) > PERSONS_MAX or len(found) == MARKS_MAX:
            return None
        # Also those whom a profile was taken from: their figures name it.
        holders = CustomerFigures.objects.filter(profile_id__in=profiles)
        persons = set(holders.values_list("person_id", flat=True)) | set(_persons_of(look, profiles))
        _keep(con, "read_profiles", look, _where(shop.PROFILES, "person_id", persons))
        theirs = con.execute("SELECT profile_id FROM read_profiles").fetchall()
        _keep(con, "read_lines", look, _where(shop.LINES, "profile_id", (id_ for (id_,) in theirs)))
    shop.read_nothing(con, "read_costs")
    return _Touched(taken_at, found, sorted(persons))


def _persons_of(look: Snapshot, profiles: Iterable[int]) -> list[int]:
    table = look.read(_where(shop.PROFILES, "profile_id", profiles)).read_all()
    persons: list[int] = table.column("person_id").unique().to_pylist()
    return persons


def _where(name: str, column: str, ids: Iterable[int]) -> str:
    """The rows of a lake table, from PostgreSQL, of some ids."""
    (table,) = (table for table in lake.registered() if table.name == name)
    listed = ",".join(str(int(id_)) for id_ in ids)
    return f"SELECT * FROM ({table.query}) AS facts WHERE {column} = ANY('{{{listed}}}'::bigint[])"  # noqa: S608


def _keep(con: duckdb.DuckDBPyConnection, relation: str, look: Snapshot, query: str) -> None:
    con.register("arriving", look.read(query))
    con.execute(f"CREATE TABLE {relation} AS FROM arriving")
    con.unregister("arriving")


def _make_persons(con: duckdb.DuckDBPyConnection, run: Run, own: Sequence[Stage]) -> None:
    reading, _costs = shop.make_tables(con, timezone=run.timezone, currency=run.currency)
    engine = Engine(con)
    try:
        _assemble(engine, reading, run, own)
    except InputError as error:
        if error.code != "no_orders":
            raise
        make_persons_without_orders(con, run.currency)


def _assemble(engine: Engine, reading: Reading, run: Run, own: Sequence[Stage]) -> None:
    as_of = _as_of(engine.con, run)
    assemble(engine, reading, as_of, Silent(), ids_in_sequence=True)
    orders = tables.orders()
    facts = engine.keep("customer_facts", customer_facts(orders, as_of=as_of, window_days=run.window_days))
    scored = rfm.scored(facts, run.cuts)
    customers = staged(scored, as_of=as_of, rhythm_days=run.rhythm_days, own=own)
    make_persons(engine, orders, customers, run.currency)


def _as_of(con: duckdb.DuckDBPyConnection, run: Run) -> date:
    """That of the run, unless somebody ordered since."""
    ((last,),) = con.execute(_LAST_DAY, [run.currency]).fetchall()
    return run.as_of if last is None else max(run.as_of, last + timedelta(days=1))


def _write_back(con: duckdb.DuckDBPyConnection, touched: _Touched, run: Run) -> bool:
    waiting: Sequence[int] = touched.persons
    for batch in batches(con):
        mine = [id_ for id_ in waiting if id_ <= batch.last_id]
        waiting = waiting[len(mine) :]
        if not services.refresh_figures(
            rows=batch.rows, person_ids=mine, computed_at=touched.taken_at, run_id=run.id
        ):
            return False
    return services.refresh_figures(rows=b"", person_ids=waiting, computed_at=touched.taken_at, run_id=run.id)
