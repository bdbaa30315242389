"""The index by which merges are found that a rule made because of a value."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NAME = "customers_merge_because"
WHAT = "customers_merge USING gin (because jsonb_path_ops) WHERE undone_at IS NULL AND by_id IS NULL"
_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"


def make_index(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make it without keeping writers out; one that was left half made is made anew."""
    with schema_editor.connection.cursor() as cursor:
        cursor.execute(_VALID, [NAME])
        found = cursor.fetchone()
        if found and not found[0]:
            cursor.execute(f"DROP INDEX CONCURRENTLY {NAME}")
        if not found or not found[0]:
            cursor.execute(f"CREATE INDEX CONCURRENTLY {NAME} ON {WHAT}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0014_erasures")]

    operations = [migrations.RunPython(make_index, migrations.RunPython.noop)]
