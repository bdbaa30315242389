"""The index by which cards, ids of other systems and messengers are found, as e-mail and phone are."""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

NAME = "customers_identity_other"
WHAT = "customers_identity (type, (value COLLATE \"C\")) WHERE type NOT IN ('email', 'phone')"
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
    dependencies = [("customers", "0012_merges_and_likeness")]

    operations = [migrations.RunPython(make_index, migrations.RunPython.noop)]
