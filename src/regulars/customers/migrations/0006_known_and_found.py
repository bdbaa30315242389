"""Whose a profile is, and whether more is known of it than a device."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0005_traits_and_consents")]

    operations = [
        migrations.RunSQL(
            """
            CREATE OR REPLACE VIEW facts_profiles AS
            SELECT id AS profile_id, person_id, source <> 'anonymous' AS known FROM customers_profile
            """,
            migrations.RunSQL.noop,
        ),
    ]
