"""What customers promise to those who read set-wise: whose each profile is."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0001_initial")]

    operations = [
        migrations.RunSQL(
            """
            CREATE VIEW facts_profiles AS
            SELECT id AS profile_id, person_id FROM customers_profile
            """,
            "DROP VIEW facts_profiles",
        )
    ]
