"""Money given back of which the amount is not known yet is no row of the facts."""

from __future__ import annotations

from importlib import import_module

from django.db import migrations

BEFORE: str = import_module("regulars.commerce.migrations.0005_facts_with_credits").LINES
LINES = BEFORE.replace(
    "JOIN commerce_order AS o ON o.id = c.order_id AND o.status <> 'cancelled'",
    "JOIN commerce_order AS o ON o.id = c.order_id AND o.status <> 'cancelled' AND c.amount_minor > 0",
).replace("WHERE c.order_id IS NULL;", "WHERE c.order_id IS NULL AND c.amount_minor > 0;")


class Migration(migrations.Migration):
    dependencies = [("commerce", "0008_doors_indexes")]

    operations = [migrations.RunSQL(LINES, BEFORE)]
