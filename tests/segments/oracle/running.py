"""Asking what a condition was turned into."""

from __future__ import annotations

from django.db import connection

from regulars.segments.compiling import Statement


def found(statement: Statement) -> set[int]:
    """The persons a statement finds, some perhaps more than once."""
    with connection.cursor() as cursor:
        cursor.execute(statement.query, statement.params)
        return {row[0] for row in cursor.fetchall()}


def found_once(statement: Statement) -> set[int]:
    """The persons a statement finds; each is to be there once."""
    with connection.cursor() as cursor:
        cursor.execute(statement.query, statement.params)
        persons = [row[0] for row in cursor.fetchall()]
    assert len(persons) == len(set(persons)), ("somebody is found twice", statement)
    return set(persons)
