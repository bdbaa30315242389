"""The indexes by which customers are found and listed, made without keeping writers out.

The collation is named everywhere: "C" compares by code points, which for folded names is the alphabet,
whatever the server's locale. Words are taken from `search_key` as they are: Python has split them. Devices,
of which there are many more than customers, are in none of them.
"""

from __future__ import annotations

from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations.state import StateApps

INDEXES = {
    "customers_profile_search": """customers_profile
        USING gin (array_to_tsvector(string_to_array(search_key, ' '))) WHERE search_key <> ''""",
    "customers_profile_listed": """customers_profile ((sort_key = ''), (sort_key COLLATE "C"), person_id)
        WHERE source <> 'anonymous'""",
    "customers_profile_number": "customers_profile (external_id) WHERE source <> 'anonymous'",
    "customers_profile_known": "customers_profile (id) WHERE source <> 'anonymous'",
    "customers_identity_email": "customers_identity (value COLLATE \"C\") WHERE type = 'email'",
    "customers_identity_phone": "customers_identity (reverse(value) COLLATE \"C\") WHERE type = 'phone'",
}
FORMER = ("customers_profile_words", "customers_profile_by_name", "customers_profile_external_id")
_VALID = "SELECT indisvalid FROM pg_index WHERE indexrelid = to_regclass(%s)"


def make_indexes(apps: StateApps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    """Make those that are missing; one that was left half made is made anew."""
    for name, what in INDEXES.items():
        with schema_editor.connection.cursor() as cursor:
            cursor.execute(_VALID, [name])
            found = cursor.fetchone()
            if found and not found[0]:
                cursor.execute(f"DROP INDEX CONCURRENTLY {name}")
            if not found or not found[0]:
                cursor.execute(f"CREATE INDEX CONCURRENTLY {name} ON {what}")


class Migration(migrations.Migration):
    atomic = False
    dependencies = [("customers", "0007_what_a_consent_says")]

    operations = [
        migrations.RunPython(make_indexes, migrations.RunPython.noop),
        *(
            migrations.RunSQL(f"DROP INDEX CONCURRENTLY IF EXISTS {name}", migrations.RunSQL.noop)
            for name in FORMER
        ),
    ]
