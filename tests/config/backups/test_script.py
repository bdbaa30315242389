"""What is left out of the script between pg_restore and psql."""

from __future__ import annotations

import io

import pytest

from regulars.config.backups import restore


def script(text: str) -> str:
    return b"".join(restore._script(io.BytesIO(text.encode()))).decode()


@pytest.mark.parametrize(
    ("line", "left"),
    [
        ("SET transaction_timeout = 0;\n", ""),
        ("SET statement_timeout = 0;\n", "SET statement_timeout = 0;\n"),
        ("ALTER TABLE ONLY public.a ALTER COLUMN x SET (pg_attver=22);\n", ""),
        (
            "ALTER TABLE ONLY public.a ALTER COLUMN x SET (n_distinct=5, pg_attver=22);\n",
            "ALTER TABLE ONLY public.a ALTER COLUMN x SET (n_distinct=5);\n",
        ),
        (
            "ALTER TABLE ONLY public.a ALTER COLUMN x SET (pg_attver=22, n_distinct=5);\n",
            "ALTER TABLE ONLY public.a ALTER COLUMN x SET (n_distinct=5);\n",
        ),
        ("ALTER TABLE ONLY public.a ALTER COLUMN x SET DEFAULT 1;\n",) * 2,
        ("    pg_attver=1\n",) * 2,
    ],
)
def test_what_other_servers_do_not_understand_is_left_out(line: str, left: str) -> None:
    assert script(f"--\n{line}CREATE TABLE x;\n") == f"--\n{left}CREATE TABLE x;\n"


def test_rows_are_passed_on_as_they_are() -> None:
    rows = (
        "COPY public.customers_note (id, text) FROM stdin;\n"
        "1\tSET transaction_timeout = 0;\n"
        "SET transaction_timeout = 0;\n"
        "ALTER TABLE ONLY public.a ALTER COLUMN x SET (pg_attver=22);\n"
        "\\.\n"
        "ALTER TABLE ONLY public.a ADD PRIMARY KEY (id);"
    )
    assert script("SET transaction_timeout = 0;\n" + rows) == rows
