"""Who is in which time zone: the clock turns something for them when it does not for the shop."""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    atomic = False  # indexes are made and dropped without keeping writers waiting

    dependencies = [("customers", "0017_found_by_their_zone")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX CONCURRENTLY customers_attributes_of_zone "
            "ON customers_personattributes (nullif(timezone, '')) WHERE nullif(timezone, '') IS NOT NULL",
            "DROP INDEX CONCURRENTLY customers_attributes_of_zone",
        ),
        migrations.RunSQL(
            "DROP INDEX CONCURRENTLY customers_attributes_zone",
            "CREATE INDEX CONCURRENTLY customers_attributes_zone ON customers_personattributes (person_id) "
            "WHERE nullif(timezone, '') IS NOT NULL",
        ),
    ]
