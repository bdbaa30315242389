"""SQL that takes a field's value out of a column, whatever the column's type."""

from __future__ import annotations

from regulars.analytics.compute.reading import sql
from regulars.analytics.compute.reading.blanks import tidy_sql
from regulars.analytics.compute.reading.types import Column

_WHOLE = frozenset({
    "TINYINT", "SMALLINT", "INTEGER", "BIGINT", "HUGEINT",
    "UTINYINT", "USMALLINT", "UINTEGER", "UBIGINT", "UHUGEINT",
})  # fmt: skip
_FRACTIONAL = frozenset({"DOUBLE", "FLOAT"})


def is_text(column: Column) -> bool:
    return column.type == "VARCHAR"


def is_number(column: Column) -> bool:
    return column.type in _WHOLE or column.type in _FRACTIONAL or column.type.startswith("DECIMAL")


def is_whole(column: Column) -> bool:
    return column.type in _WHOLE


def is_moment(column: Column) -> bool:
    return column.type == "DATE" or column.type.startswith("TIMESTAMP")


def raw(column: Column) -> str:
    return sql.ident(column.source)


def text(column: Column) -> str:
    """VARCHAR, blanks as NULL."""
    value = raw(column)
    if column.type == "VARCHAR":
        return value if column.is_tidy else tidy_sql(value)
    if column.type in _FRACTIONAL:
        whole = f"{value} = trunc({value}) AND abs({value}) < 1e18"
        other = f"WHEN isfinite({value}) THEN {value}::VARCHAR"
        return f"CASE WHEN {whole} THEN {value}::BIGINT::VARCHAR {other} END"
    if column.type.startswith("DECIMAL"):
        return rf"regexp_replace({value}::VARCHAR, '\.0+$', '')"
    return f"{value}::VARCHAR"
