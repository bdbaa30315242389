"""Statements of our own."""

from __future__ import annotations

import pytest

from regulars.kit import sql

pytestmark = pytest.mark.django_db

SOME = "SELECT n, n * 10 FROM unnest(%s::int[]) AS t(n) ORDER BY n"


def test_what_a_statement_gives() -> None:
    assert sql.rows(SOME, [[2, 1]]) == [(1, 10), (2, 20)]
    assert sql.row(SOME, [[2, 1]]) == (1, 10)
    assert sql.column(SOME, [[2, 1]]) == [1, 2]
    assert sql.value(SOME, [[2, 1]]) == 1


def test_nothing_is_given_by_no_rows_and_by_what_only_changes() -> None:
    assert (sql.rows(SOME, [[]]), sql.row(SOME, [[]]), sql.value(SOME, [[]])) == ([], None, None)
    assert sql.rows("CREATE TEMPORARY TABLE kept (n int, words text) ON COMMIT DROP") == []


def test_how_many_rows_were_changed_and_a_plain_percent_sign() -> None:
    sql.run("CREATE TEMPORARY TABLE kept (n int, words text) ON COMMIT DROP")
    rows = [(1, "a%b"), (2, "c")]
    assert sql.run("INSERT INTO kept SELECT * FROM unnest(%s::int[], %s::text[])", sql.columns(rows)) == 2
    assert sql.run("DELETE FROM kept WHERE words LIKE '%b'") == 1
