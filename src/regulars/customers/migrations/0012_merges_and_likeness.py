"""Who may be one, how far everybody was gone through, and who looked after a customer before a merge."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0011_attributes_of_this_shop"),
    ]

    operations = [
        migrations.CreateModel(
            name="Sweep",
            fields=[
                ("name", models.TextField(primary_key=True, serialize=False)),
                ("asked_at", models.DateTimeField()),
                ("asked_for", models.TextField(blank=True, db_default="")),
                ("done_to", models.BigIntegerField(null=True)),
                ("done_at", models.DateTimeField(null=True)),
                ("found", models.BigIntegerField(db_default=0)),
            ],
            options={
                "db_table": "customers_sweep",
            },
        ),
        migrations.AddField(
            model_name="merge",
            name="kept_manager_id",
            field=models.BigIntegerField(null=True),
        ),
        migrations.CreateModel(
            name="Likely",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("first_id", models.BigIntegerField()),
                ("second_id", models.BigIntegerField()),
                ("likenesses", models.JSONField()),
                ("weight", models.SmallIntegerField()),
                ("found_at", models.DateTimeField()),
                ("run", models.BigIntegerField()),
            ],
            options={
                "db_table": "customers_likely",
                "indexes": [
                    models.Index(fields=["-weight", "id"], name="customers_likely_surest"),
                    models.Index(fields=["second_id"], name="customers_likely_other"),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("first_id", "second_id"), name="customers_likely_once"),
                    models.CheckConstraint(
                        condition=models.Q(("first_id__lt", models.F("second_id"))),
                        name="customers_likely_order",
                    ),
                ],
            },
        ),
    ]
