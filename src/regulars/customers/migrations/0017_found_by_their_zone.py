"""Who has a time zone of their own: the clock turns something for them when it does not for the shop.

The table is as new as this release, so nobody waits for it.
"""

from __future__ import annotations

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("customers", "0016_attributes_without_constraint")]

    operations = [
        migrations.RunSQL(
            "CREATE INDEX customers_attributes_zone ON customers_personattributes (person_id) "
            "WHERE nullif(timezone, '') IS NOT NULL",
            "DROP INDEX customers_attributes_zone",
        ),
    ]
