"""How to read a whole column of dates, and the SQL that does it.

The order of day and month is decided from all values together: one value above 12 in a place settles it for
all values written with the same separator, in every part of the input. Dates with points are day first, as
everybody who writes points means it, unless the data say otherwise.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from regulars.analytics.compute.reading import sql
from regulars.analytics.compute.reading.date_shapes import (
    MONTHS,
    SERIALS,
    WEEKDAY,
    YEAR_WORD,
    ZONED,
    Form,
    form_of,
)
from regulars.analytics.compute.reading.limits import FIRST_YEAR, LAST_YEAR

Order = Literal["dmy", "mdy"]
Group = tuple[str, str]  # separator, "%Y" or "%y"

SHAPE = "translate({x}, '123456789', '000000000')"
_TIMES = (
    " %H:%M:%S",
    " %H:%M",
    "T%H:%M:%S",
    " %H:%M:%S.%f",
    ", %H:%M",
    ", %H:%M:%S",
    " %I:%M %p",
    " %I:%M:%S %p",
)
_ORDERS: tuple[Order, Order] = ("dmy", "mdy")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What the values of one order group say: how many can be read in one order only, how many in both."""

    day_first: int = 0
    month_first: int = 0
    open: int = 0

    def __add__(self, other: Evidence) -> Evidence:
        return Evidence(
            self.day_first + other.day_first, self.month_first + other.month_first, self.open + other.open
        )

    @property
    def order(self) -> Order | None:
        if self.day_first == self.month_first:
            return None if self.open or self.day_first else "dmy"
        return "dmy" if self.day_first > self.month_first else "mdy"


@dataclass(frozen=True, slots=True)
class DatePlan:
    """Everything a column holds. `formats` are strptime's, `named` those for texts with months in words."""

    iso: bool = False
    formats: tuple[str, ...] = ()
    named: tuple[str, ...] = ()
    aware: bool = False
    bare: frozenset[str] = field(default_factory=frozenset)  # "seconds", "millis", "micros", "serial"


def forms(shapes: Iterable[str]) -> list[Form]:
    return [form for shape in shapes if (form := form_of(shape)) is not None]


def settle(group: Group, own: Evidence, everywhere: Evidence) -> Order | None:
    """The order of day and month for one column's group; None when the data leave it open."""
    return own.order or everywhere.order or ("dmy" if group[0] == "." else None)


def plan(found: Iterable[Form], orders: Mapping[Group, Order]) -> DatePlan:
    """`orders` holds the settled order of each group that occurs."""
    iso = aware = False
    formats: dict[str, None] = {}
    named: dict[str, None] = {}
    bare = set()
    for form in found:
        aware = aware or form.aware
        if form.family == "iso":
            iso = True
        elif form.family in {"seconds", "millis", "micros", "serial"}:
            bare.add(form.family)
        elif form.family == "numeric":
            formats[filled(form, orders[form.order_group])] = None
        else:
            (named if form.named else formats)[form.format] = None
    return DatePlan(iso, tuple(formats), tuple(named), aware, frozenset(bare))


def filled(form: Form, order: Order) -> str:
    """The strptime format of a numeric form, e.g. "%d/%m/%Y %H:%M"."""
    places = {"dmy": ("%d", "%m", form.year), "mdy": ("%m", "%d", form.year)}
    return form.format.format(date=form.separator.join(places[order]))


def plan_of_format(given: str) -> DatePlan:
    """A format given by the person; where it has no time, values with one are read as well."""
    if "%z" in given or "%Z" in given:
        return DatePlan(formats=(given.replace("%z", "").replace("%Z", "").strip(),), aware=True)
    has_time = any(code in given for code in ("%H", "%I", "%X", "%T", "%c", "%-H", "%-I"))
    return DatePlan(formats=(given,) if has_time else (given, *(given + time for time in _TIMES)))


def evidence_sql(value: str, group: Sequence[Form]) -> str:
    """Aggregates over the values of one group: how many allow only day first, only month first, or both
    with different results."""
    day, month = (
        f"try_strptime({value}, [{sql.texts(filled(f, order) for f in group)}])" for order in _ORDERS
    )
    return (
        f"count(*) FILTER ({day} IS NOT NULL AND {month} IS NULL), "
        f"count(*) FILTER ({month} IS NOT NULL AND {day} IS NULL), count(*) FILTER ({day} <> {month})"
    )


def timestamp_sql(value: str, how: DatePlan, timezone: str) -> str:
    """TIMESTAMP in the shop's zone; NULL where it cannot be read. `value` is VARCHAR, blanks are NULL."""
    zoned = sql.text("(?i)" + ZONED)
    base = rf"regexp_replace({value}, {zoned}, '\1')" if how.aware else value
    ways = []
    if how.iso:
        ways.append(f"TRY_CAST({base} AS TIMESTAMP)")
    if how.formats:
        ways.append(f"try_strptime({base}, [{sql.texts(how.formats)}])")
    if how.named:
        ways.append(f"try_strptime({_named_sql(base)}, [{sql.texts(how.named)}])")
    parsed = f"coalesce({', '.join(ways)})" if ways else "NULL::TIMESTAMP"
    if how.aware:
        zone = f"regexp_extract({value}, {zoned}, 2)"
        shifted = f"({parsed} - to_minutes({_offset_sql(zone)}))"
        parsed = f"CASE WHEN {zone} = '' THEN {parsed} ELSE {_to_shop(shifted, timezone)} END"
    if how.bare:
        parsed = f"coalesce({', '.join([*_bare_sql(value, how.bare, timezone), parsed])})"
    return sensible_sql(parsed)


def sensible_sql(moment: str) -> str:
    low, high = f"TIMESTAMP '{FIRST_YEAR}-01-01'", f"TIMESTAMP '{LAST_YEAR}-01-01'"
    return f"CASE WHEN {moment} >= {low} AND {moment} < {high} THEN {moment} END"


def typed_timestamp_sql(value: str, type_name: str, timezone: str) -> str | None:
    """The same for a column that is a moment already; None where it is not."""
    if type_name == "TIMESTAMP WITH TIME ZONE":
        return sensible_sql(f"timezone({sql.text(timezone)}, {value})")
    if type_name == "TIMESTAMP":
        return sensible_sql(value)
    if type_name == "DATE" or type_name.startswith("TIMESTAMP"):
        return sensible_sql(f"TRY_CAST({value} AS TIMESTAMP)")
    return None


def with_time_sql(moment: str, time: str) -> str:
    """A day and the time of another column, put together where the moment has no time of its own."""
    clock = f"try_strptime(trim({time}), ['%H:%M:%S', '%H:%M', '%H:%M:%S.%f'])::TIME"
    together = f"coalesce({moment}::DATE + {clock}, {moment})"
    return f"CASE WHEN {moment}::TIME = TIME '00:00:00' THEN {together} ELSE {moment} END"


def _to_shop(utc: str, timezone: str) -> str:
    return f"timezone({sql.text(timezone)}, timezone('UTC', {utc}))"


def _offset_sql(zone: str) -> str:
    """Minutes east of Greenwich."""
    digits = rf"regexp_replace({zone}, '[^0-9]', '', 'g')"
    hours = f"TRY_CAST(left({digits}, 2) AS INTEGER)"
    minutes = f"({hours} * 60 + coalesce(TRY_CAST(substr({digits}, 3) AS INTEGER), 0))"
    return (
        f"CASE WHEN lower({zone}) IN ('msk', 'мск') THEN 180 WHEN {digits} = '' THEN 0 "
        f"WHEN contains({zone}, '-') THEN -{minutes} ELSE {minutes} END"
    )


def _named_sql(value: str) -> str:
    """Months in words as numbers, without weekdays and "г.", parts parted by single spaces."""
    x = f"replace(lower({value}), 'ё', 'е')"
    x = f"regexp_replace({x}, {sql.text(WEEKDAY)}, '')"
    x = rf"regexp_replace({x}, {sql.text(YEAR_WORD)}, '\1\2')"
    for number, (russian, english) in enumerate(MONTHS, start=1):
        x = rf"regexp_replace({x}, '({russian}|{english})[а-яa-z]*\.?', '{number:02}')"
    x = rf"regexp_replace({x}, '(\d)\s*(?:[-.,/]|\sв\s)\s*', '\1 ', 'g')"
    return rf"trim(regexp_replace({x}, '\s+', ' ', 'g'))"


def _bare_sql(value: str, kinds: frozenset[str], timezone: str) -> list[str]:
    number = f"TRY_CAST({value} AS DOUBLE)"
    ways = {
        "serial": (
            r"\d{5}(\.\d+)?",
            f"CASE WHEN {number} >= {SERIALS[0]} AND {number} < {SERIALS[1]} THEN TIMESTAMP '1899-12-30' "
            f"+ to_seconds(round({number} * 86400)::BIGINT) END",
        ),
        "seconds": (r"\d{10}(\.\d+)?", _to_shop(f"make_timestamp(({number} * 1e6)::BIGINT)", timezone)),
        "millis": (r"\d{13}(\.\d+)?", _to_shop(f"make_timestamp(({number} * 1e3)::BIGINT)", timezone)),
        "micros": (r"\d{16}", _to_shop(f"make_timestamp({number}::BIGINT)", timezone)),
    }
    return [
        f"CASE WHEN regexp_full_match({value}, '{pattern}') THEN {moment} END"
        for kind, (pattern, moment) in ways.items()
        if kind in kinds
    ]
