"""Tiers somebody had before; what was replaced before this is not known any more."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("loyalty", "0019_checks_hold")]

    operations = [
        migrations.CreateModel(
            name="TierHeld",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.BigIntegerField()),
                ("tier", models.TextField()),
                ("since", models.DateTimeField()),
                ("until", models.DateTimeField()),
                ("lent_by", models.BigIntegerField(null=True)),
            ],
            options={
                "indexes": [models.Index(fields=["person_id"], name="loyalty_tierheld_of_person")],
            },
        ),
    ]
