"""One group for each role."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("team", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            INSERT INTO auth_group (name)
            VALUES ('owner'), ('marketer'), ('agent'), ('analyst'), ('cashier')
            ON CONFLICT (name) DO NOTHING
            """,
            migrations.RunSQL.noop,
        )
    ]
