"""Attributes without a constraint at their person, so that nobody waits in a circle when committing."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0015_merges_by_their_reason"),
    ]

    operations = [
        migrations.AlterField(
            model_name="personattributes",
            name="person",
            field=models.OneToOneField(
                db_constraint=False,
                on_delete=django.db.models.deletion.CASCADE,
                primary_key=True,
                related_name="+",
                serialize=False,
                to="customers.person",
            ),
        ),
    ]
