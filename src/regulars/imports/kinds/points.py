"""A file of points that customers bring over from the programme before."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import date, datetime

from regulars.customers import queries as customers
from regulars.customers import services as customer_services
from regulars.customers.types import IdentityType, NewProfile
from regulars.imports.kinds.aside import refused_at
from regulars.imports.kinds.tabled import TabledWork, reading_options
from regulars.imports.kinds.work import Opening, Tables
from regulars.imports.ledger import Ledger
from regulars.imports.types import Thing
from regulars.loyalty import services as loyalty
from regulars.loyalty.types.opening import Opening as Balance

_BY = {"card": IdentityType.CARD, "phone": IdentityType.PHONE, "email": IdentityType.EMAIL}
_ASIDE = "CREATE TABLE aside AS SELECT row, part, part_row, reason FROM balances WHERE reason IS NOT NULL"
# Rows that name a customer in the same way are one: of each last day the sum, rounded down to hundredths.
_UNITS = """
CREATE TABLE units AS
SELECT row_number() OVER (ORDER BY min(first_row)) - 1 AS unit, known_by, name, sum(rows)::BIGINT AS rows,
       list(expires_on ORDER BY first_row) AS days, list(minor ORDER BY first_row) AS minors
FROM (
    SELECT CASE WHEN customer_id IS NOT NULL THEN 'id' WHEN card IS NOT NULL THEN 'card'
                WHEN phone IS NOT NULL THEN 'phone' ELSE 'email' END AS known_by,
           coalesce(customer_id, card, phone, email) AS name, expires_on, min(row) AS first_row,
           count(*) AS rows, floor(sum(points)::DECIMAL(28, 6) * 100)::BIGINT AS minor
    FROM balances WHERE reason IS NULL
    GROUP BY known_by, name, expires_on
)
GROUP BY known_by, name
"""
_BATCH = """
SELECT unit, known_by, name, days, minors FROM units WHERE unit >= $first AND unit < $end ORDER BY unit
"""
_PLACES = """
SELECT b.part, b.part_row FROM balances AS b JOIN units AS u
  ON u.name = coalesce(b.customer_id, b.card, b.phone, b.email)
 AND u.known_by = CASE WHEN b.customer_id IS NOT NULL THEN 'id' WHEN b.card IS NOT NULL THEN 'card'
                       WHEN b.phone IS NOT NULL THEN 'phone' ELSE 'email' END
WHERE b.reason IS NULL AND u.unit = $unit AND (NOT $only_over OR b.expires_on < $today) ORDER BY b.row
"""


def open_points(stack: ExitStack, opening: Opening) -> PointsWork:
    """Raises InputError."""
    from regulars.analytics.compute.engine import connection
    from regulars.analytics.compute.reading import read_points
    from regulars.analytics.progress import Silent

    con = stack.enter_context(connection())
    how = reading_options(opening)
    reading = read_points(con, [opening.path], how, Silent())
    con.execute(_ASIDE)
    con.execute(_UNITS)
    return PointsWork(con, opening, parts=[part.name for part in reading.parts], rows=reading.rows_read)


@dataclass(frozen=True, slots=True)
class _Unit:
    """What rows that name a customer in one way say of them."""

    number: int
    known_by: str
    name: str
    minors: Mapping[date | None, int]


class PointsWork(TabledWork):
    """A customer may stand in the file by their number and again by their card: the first one counts."""

    def __init__(self, con: Tables, opening: Opening, *, parts: list[str], rows: int) -> None:
        super().__init__(con, opening, kind="points", order=1, parts=parts, rows=rows)
        self._told: dict[int, int] = {}
        """The unit that told of a profile first."""
        self._seen = 0

    def apply(self, number: int, ledger: Ledger, now: datetime) -> None:
        for before in range(self._seen, number):  # an import that goes on has not seen them
            units = self._units(before, Ledger())
            self._choose(units, *self._found(units), Ledger(), now)
        units = self._units(number, ledger)
        ids = [unit.name for unit in units if unit.known_by == "id"]
        if ids:
            profiles = [NewProfile(source=self._source, external_id=id_) for id_ in ids]
            stored = customer_services.upsert_profiles(profiles=profiles, now=now, backfill=True)
            ledger.note(Thing.PROFILE, stored)
        chosen = self._choose(units, *self._found(units), ledger, now)
        balances = [
            Balance(profile_id=profile_id, points_minor=minor, last_day=day)
            for profile_id, unit in chosen.items()
            for day, minor in self._lasting(unit, ledger, now).items()
        ]
        if balances:
            recorded = loyalty.bring_over(source=self._source, balances=balances, now=now)
            ledger.note(Thing.POINTS, recorded)
        self._seen = max(self._seen, number + 1)

    def _units(self, number: int, ledger: Ledger) -> list[_Unit]:
        found = self._con.execute(_BATCH, self._span(number, ledger)).fetchall()
        return [
            _Unit(unit, known_by, name, dict(zip(days, minors, strict=True)))
            for unit, known_by, name, days, minors in found
        ]

    def _found(self, units: Sequence[_Unit]) -> tuple[dict[int, list[int]], dict[int, int]]:
        """Profiles by unit, the oldest first, and whose they are."""
        keys = {unit.number: (self._source, unit.name) for unit in units if unit.known_by == "id"}
        ids = customers.profile_ids(keys.values())
        found = {number: [ids[key]] for number, key in keys.items() if key in ids}
        for known_by, type_ in _BY.items():
            asked = [unit for unit in units if unit.known_by == known_by]
            those = customers.profiles_by_identity(type_, {unit.name for unit in asked}) if asked else {}
            found |= {unit.number: those[unit.name] for unit in asked if unit.name in those}
        several = {id_ for profiles in found.values() if len(profiles) > 1 for id_ in profiles}
        persons = {id_: one.person_id for id_, one in customers.profiles(several).items()} if several else {}
        return found, persons

    def _choose(
        self,
        units: Sequence[_Unit],
        found: Mapping[int, Sequence[int]],
        persons: Mapping[int, int],
        ledger: Ledger,
        now: datetime,
    ) -> dict[int, _Unit]:
        """The unit that counts for each profile; the rows of all others are refused."""
        chosen: dict[int, _Unit] = {}
        for unit in units:
            profiles = found.get(unit.number, ())
            if not profiles:
                self._refuse(unit, "unknown_customer", ledger, now)
            elif len({persons.get(id_, id_) for id_ in profiles}) > 1:
                self._refuse(unit, "several_customers", ledger, now)
            elif self._told.setdefault(profiles[0], unit.number) != unit.number:
                self._refuse(unit, "customer_told_before", ledger, now)
            else:
                chosen[profiles[0]] = unit
        return chosen

    def _lasting(self, unit: _Unit, ledger: Ledger, now: datetime) -> dict[date | None, int]:
        """What can still be spent today; the rest is refused."""
        today = now.astimezone(self._zone).date()
        left = {day: minor for day, minor in unit.minors.items() if day is None or day >= today}
        if len(left) < len(unit.minors):
            self._refuse(unit, "points_over", ledger, now, only_over=True)
        return left

    def _refuse(
        self, unit: _Unit, reason: str, ledger: Ledger, now: datetime, *, only_over: bool = False
    ) -> None:
        told = {"unit": unit.number, "only_over": only_over, "today": now.astimezone(self._zone).date()}
        ledger.refused += refused_at(self._con.execute(_PLACES, told).fetchall(), reason)
