"""An index by which a timeline is narrowed to names: a customer may have 45,000 page views and three carts.

On a partitioned table no index can be made concurrently, but on each of its months: the one above waits,
made for none of them, until all have theirs. What an interrupted run left behind is made anew.
"""

from __future__ import annotations

from django.db import migrations

_COLUMNS = "(profile_id, name, occurred_at, id) WHERE profile_id IS NOT NULL"
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
        cursor.execute(f"CREATE INDEX IF NOT EXISTS events_by_name ON ONLY events {_COLUMNS}")
        cursor.execute(_PARTITIONS)
        for table, parent, is_month in cursor.fetchall():
            index = f"{table}_by_name"
            cursor.execute(_ATTACHED, [table, f"{parent}_by_name"])
            if cursor.fetchone()[0]:
                continue
            if is_month:
                cursor.execute(f"DROP INDEX CONCURRENTLY IF EXISTS {index}")
                cursor.execute(f"CREATE INDEX CONCURRENTLY {index} ON {table} {_COLUMNS}")
            else:
                cursor.execute(f"CREATE INDEX IF NOT EXISTS {index} ON ONLY {table} {_COLUMNS}")
            cursor.execute(f"ALTER INDEX {parent}_by_name ATTACH PARTITION {index}")


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("events", "0002_marks_and_epochs")]

    operations = [migrations.RunPython(make, migrations.RunPython.noop)]
