"""Whose birthday is on a day of the year, and who has been known since one: for personal days."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False  # indexes are made without keeping writers waiting

    dependencies = [("customers", "0019_facts_since")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY customers_attributes_birthday ON customers_personattributes "
            "((EXTRACT(MONTH FROM birthday) * 100 + EXTRACT(DAY FROM birthday))) WHERE birthday IS NOT NULL",
            "DROP INDEX CONCURRENTLY customers_attributes_birthday",
        ),
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY customers_profile_since ON customers_profile (created_at) "
            "WHERE source <> 'anonymous'",
            "DROP INDEX CONCURRENTLY customers_profile_since",
        ),
    ]
