"""An index by which conditions find who did something lately, and whose doing it has just become too long ago.

It has the profile beside, so that the rows need not be looked at for counting. Made month by month, as
that of names and profiles.
"""

from __future__ import annotations

from django.db import migrations

_COLUMNS = "(name, occurred_at) INCLUDE (profile_id)"
# Below events first its classes, then their months.
_PARTITIONS = """
SELECT relid::regclass::text, parentrelid::regclass::text, isleaf
FROM pg_partition_tree('events') WHERE level > 0 ORDER BY level
"""
_ATTACHED = """
SELECT EXISTS (SELECT FROM pg_inherits AS i JOIN pg_index AS x ON x.indexrelid = i.inhrelid
               WHERE x.indrelid = %s::regclass AND i.inhparent = %s::regclass)
"""


def make(apps: object, schema_editor: object) -> None:
    """Make the index from the top down."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(f"CREATE INDEX IF NOT EXISTS events_by_moment ON ONLY events {_COLUMNS}")
        cursor.execute(_PARTITIONS)
        for table, parent, is_month in cursor.fetchall():
            index = f"{table}_by_moment"
            cursor.execute(_ATTACHED, [table, f"{parent}_by_moment"])
            if cursor.fetchone()[0]:
                continue
            if is_month:
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")
                cursor.execute(f"CREATE INDEX CONCURRENTLY {index} ON {table} {_COLUMNS}")
            else:
                cursor.execute(f"CREATE INDEX IF NOT EXISTS {index} ON ONLY {table} {_COLUMNS}")
            cursor.execute(f"ALTER INDEX {parent}_by_moment ATTACH PARTITION {index}")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("events", "0004_consumers")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
