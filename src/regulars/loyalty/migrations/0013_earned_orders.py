"""By what orders earn, and which mechanic brought what of it."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0018_found_by_zone"),
        ("loyalty", "0012_challenges"),
    ]

    operations = [
        migrations.CreateModel(
            name="EarnedOrder",
            fields=[
                ("order_id", models.BigIntegerField(primary_key=True, serialize=False)),
                ("day", models.DateField()),
                ("tier", models.TextField(blank=True, db_default="")),
                ("fits", models.JSONField(default=list)),
                ("goods", models.JSONField(default=dict)),
                ("branch", models.TextField(blank=True, db_default="")),
                ("channel", models.TextField(blank=True, db_default="")),
                ("room_minor", models.BigIntegerField(null=True)),
                ("points_minor", models.BigIntegerField()),
                ("shares", models.JSONField(default=dict)),
                (
                    "profile",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="customers.profile",
                    ),
                ),
                (
                    "version",
                    models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="loyalty.programmeversion",
                    ),
                ),
            ],
            options={
                "indexes": [
                    models.Index(fields=["profile", "day"], name="loyalty_earnedorder_of_profile"),
                    models.Index(fields=["day"], name="loyalty_earnedorder_by_day"),
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("points_minor__gte", 0)), name="loyalty_earnedorder_points"
                    )
                ],
            },
        ),
    ]
