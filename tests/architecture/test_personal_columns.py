"""Whatever can hold a text says whether it is about a customer."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import connection, models

from regulars.kit import personal

TEXTS = (models.TextField, models.CharField, models.JSONField, models.BinaryField, ArrayField)


def texts() -> dict[str, set[str]]:
    """Columns of all models that can hold a text, by table."""
    found: dict[str, set[str]] = {}
    for model in apps.get_models(include_auto_created=True):
        columns = {str(field.column) for field in model._meta.concrete_fields if isinstance(field, TEXTS)}
        if columns:
            found.setdefault(model._meta.db_table, set()).update(columns)
    return found


def test_every_column_of_text_is_declared() -> None:
    left = {table: columns - personal.declared(table) for table, columns in texts().items()}
    assert {table: sorted(columns) for table, columns in left.items() if columns} == {}


def test_nothing_is_declared_that_there_is_not() -> None:
    known = texts()
    tables = {table.name for table in personal.tables()} | set(known)
    assert {table.name for table in personal.tables()} <= {
        model._meta.db_table for model in apps.get_models(include_auto_created=True)
    }
    gone = {name: personal.declared(name) - known.get(name, set()) for name in tables}
    assert {name: sorted(columns) for name, columns in gone.items() if columns} == {}


@pytest.mark.django_db
def test_the_database_knows_no_column_of_text_that_the_models_do_not() -> None:
    """Tables that are written by hand, and what a migration of somebody else leaves."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT c.table_name, c.column_name FROM information_schema.columns AS c
            JOIN information_schema.tables AS t USING (table_schema, table_name)
            LEFT JOIN pg_inherits AS i
                ON i.inhrelid = to_regclass(quote_ident(c.table_schema) || '.' || quote_ident(c.table_name))
            WHERE c.table_schema = 'public' AND t.table_type = 'BASE TABLE' AND i.inhrelid IS NULL
                AND (c.data_type IN ('text', 'character varying', 'json', 'jsonb', 'bytea', 'ARRAY', 'inet')
                    OR c.udt_name IN ('citext'))
            """
        )
        found = [(table, column) for table, column in cursor.fetchall() if table not in OF_LIBRARIES]
    assert [(table, column) for table, column in found if column not in personal.declared(table)] == []


OF_LIBRARIES = {"django_migrations", "procrastinate_workers"}
"""Without a word of anybody's: names of migrations, heartbeats."""
