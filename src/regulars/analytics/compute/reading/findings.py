"""What the values of a whole column say: its marks, its dates, its words."""

from __future__ import annotations

from dataclasses import dataclass

import duckdb

from regulars.analytics.compute.reading import cells, dates, kinds, numbers, sql
from regulars.analytics.compute.reading.blanks import IS_WHOLE_ID
from regulars.analytics.compute.reading.date_shapes import Form, form_of
from regulars.analytics.compute.reading.limits import SHAPE_ROWS
from regulars.analytics.compute.reading.names import currency_of
from regulars.analytics.compute.reading.types import Column

_SHAPES_MAX = 2_000
_WORDS_MAX = 1_000  # a column with more different values is no column of states or currencies
_MOSTLY = 0.5
# The commonest shapes are told by a pattern, which is quicker than making the shape.
_COMMON_DATES = ("0000-00-00", "0000-00-00 00:00:00", "00.00.0000", "00.00.0000 00:00:00", "00/00/0000")
_COMMON_NUMBERS = ((r"-?\d+", "9"), (r"-?\d+\.(\d{1,2}|\d{4,6})", "9.9"))
_CANCEL_LETTERS = ("C", "c", "С", "с")  # Latin and Cyrillic
_LOST_DIGITS = r"\d(\.\d+)?[eE]\+?\d{2}"


@dataclass(frozen=True, slots=True)
class Source:
    """The rows of a part: `relation` goes behind FROM; of an `is_file` (Parquet) some rows are enough."""

    relation: str
    is_file: bool

    def values(self, column: Column, *, all_rows: bool = False) -> str:
        """A subquery of the column's texts as `v`, without blanks."""
        limit = f" LIMIT {SHAPE_ROWS}" if self.is_file and not all_rows else ""
        value = cells.text(column)
        rows = f"SELECT {value} AS v FROM {self.relation}{limit}"  # noqa: S608 -- names quoted
        return f"(SELECT v FROM ({rows}) WHERE v IS NOT NULL)"  # noqa: S608


@dataclass(frozen=True, slots=True)
class Ids:
    """`as_whole`: all are whole numbers, some as "13085.0". `lost`: an id that Excel has shortened."""

    as_whole: bool = False
    lost: str | None = None


def ids(con: duckdb.DuckDBPyConnection, source: Source, column: Column) -> Ids:
    if not cells.is_text(column):
        return Ids()
    found, others = _ids(con, source.values(column))
    if source.is_file and not others:  # the first rows do not settle it
        found, _others = _ids(con, source.values(column, all_rows=True))
    return found


def _ids(con: duckdb.DuckDBPyConnection, values: str) -> tuple[Ids, int]:
    """Also: how many values are no whole numbers."""
    as_floats, others, lost = sql.row(
        con,
        rf"""
        SELECT count(*) FILTER (contains(v, '.') AND regexp_full_match(v, '\d+\.0+')),
            count(*) FILTER (NOT regexp_full_match(v, '{IS_WHOLE_ID}')),
            min(v) FILTER (regexp_full_match(v, '{_LOST_DIGITS}'))
        FROM {values}
        """,  # noqa: S608
    )
    return Ids(as_whole=as_floats > 0 and others == 0, lost=lost), others


def marks(con: duckdb.DuckDBPyConnection, source: Source, column: Column) -> numbers.Marks:
    if not cells.is_text(column):
        return numbers.Marks()
    common = " ".join(f"WHEN regexp_full_match(v, '{p}') THEN '{shape}'" for p, shape in _COMMON_NUMBERS)
    return numbers.marks(
        _shapes(con, source, column, f"CASE {common} ELSE {numbers.SHAPE.format(x='v')} END")
    )


def currencies_in(con: duckdb.DuckDBPyConnection, source: Source, column: Column) -> list[str]:
    """Codes of the currencies written beside the numbers."""
    if not cells.is_text(column):
        return []
    odd = f"CASE WHEN regexp_full_match(v, '[0-9., -]+') THEN NULL ELSE {numbers.SHAPE.format(x='v')} END"
    words = [numbers.currency_word(shape) for shape, _n in _shapes(con, source, column, odd) if shape]
    return sorted({w for w in words if w})


def _shapes(
    con: duckdb.DuckDBPyConnection, source: Source, column: Column, shape: str
) -> list[tuple[str, int]]:
    return con.execute(
        f"SELECT {shape} AS shape, count(*) AS n FROM {source.values(column)} "  # noqa: S608
        f"GROUP BY shape ORDER BY n DESC, shape LIMIT {_SHAPES_MAX}"
    ).fetchall()


def date_forms(con: duckdb.DuckDBPyConnection, source: Source, column: Column) -> list[Form]:
    """The ways the dates are written, the commonest first."""
    common = " ".join(
        f"WHEN regexp_full_match(v, '{_pattern(shape)}') THEN '{shape}'" for shape in _COMMON_DATES
    )
    found = _shapes(con, source, column, f"CASE {common} ELSE {dates.SHAPE.format(x='v')} END")
    return [form for shape, _n in found if (form := form_of(shape))]


def _pattern(shape: str) -> str:
    return shape.replace(".", r"\.").replace("0", r"\d")


def order_evidence(
    con: duckdb.DuckDBPyConnection, source: Source, column: Column, forms: list[Form]
) -> dict[dates.Group, dates.Evidence]:
    """For each way of writing day and month as numbers: how many values allow only one order."""
    found: dict[dates.Group, dates.Evidence] = {}
    groups = {f.order_group for f in forms if f.family == "numeric"}
    for group in sorted(groups):
        own = [f for f in forms if f.family == "numeric" and f.order_group == group]
        values = source.values(column, all_rows=True)
        counted = sql.row(con, f"SELECT {dates.evidence_sql('v', own)} FROM {values}")  # noqa: S608
        found[group] = dates.Evidence(*counted)
    return found


def words(con: duckdb.DuckDBPyConnection, relation: str, column: Column) -> list[str]:
    """All different values, in the order of how often they occur; none if they are too many to be words."""
    rows = con.execute(
        f"SELECT v FROM (SELECT {cells.text(column)} AS v FROM {relation}) "  # noqa: S608
        f"WHERE v IS NOT NULL GROUP BY v ORDER BY count(*) DESC, v LIMIT {_WORDS_MAX + 1}"
    ).fetchall()
    return [row[0] for row in rows] if len(rows) <= _WORDS_MAX else []


def states(found: list[str]) -> dict[kinds.Meaning, list[str]]:
    by_meaning: dict[kinds.Meaning, list[str]] = {"void": [], "credit": []}
    for word in found:
        meaning = kinds.meaning_of(word)
        if meaning in by_meaning:
            by_meaning[meaning].append(word)
    return by_meaning


def currency_codes(found: list[str]) -> dict[str, str]:
    """Words that are not the upper-case code themselves, with the code they mean."""
    codes = {word: currency_of(word) for word in found}
    return {word: code for word, code in codes.items() if code and code != word}


def cancelled_mark(con: duckdb.DuckDBPyConnection, source: Source, column: Column) -> str | None:
    """A pattern for ids such as "C489449", where most ids look like "489449"; None where there are none."""
    if not cells.is_text(column):
        return None
    marked = f"count(*) FILTER (left(v, 1) IN ({sql.texts(_CANCEL_LETTERS)}))"
    if not sql.row(con, f"SELECT {marked} FROM {source.values(column)}")[0]:  # noqa: S608
        return None
    found = _shapes(con, source, column, r"regexp_replace(v, '\d+', '0', 'g')")
    plain, count = found[0]
    if count < _MOSTLY * sum(n for _shape, n in found) or plain.startswith(_CANCEL_LETTERS):
        return None
    return f"[{''.join(_CANCEL_LETTERS)}]" + _escaped(plain).replace("0", r"\d+")


def _escaped(shape: str) -> str:
    return "".join(c if c.isalnum() else f"\\{c}" for c in shape)


def literal_case(value: str, codes: dict[str, str]) -> str:
    """The value with its words replaced by codes, in upper case."""
    if not codes:
        return f"upper({value})"
    whens = " ".join(f"WHEN {sql.text(word)} THEN {sql.text(code)}" for word, code in codes.items())
    return f"CASE {value} {whens} ELSE upper({value}) END"
