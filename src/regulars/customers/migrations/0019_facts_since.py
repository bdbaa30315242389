"""Since when a customer is known, for those who ask about everybody; new columns come last."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

BEFORE: str = import_module("regulars.customers.migrations.0010_facts_customers").CREATE
CREATE = BEFORE.replace("CREATE VIEW", "CREATE OR REPLACE VIEW").replace(
    "AS timezone\n",
    """AS timezone,
    (SELECT min(p.created_at) FROM customers_profile AS p WHERE p.person_id = person.id) AS known_since
""",
)


class Migration(migrations.Migration):
    dependencies = [("customers", "0018_found_by_zone")]

    operations = [migrations.RunSQL(CREATE, "DROP VIEW facts_customers;" + BEFORE)]
