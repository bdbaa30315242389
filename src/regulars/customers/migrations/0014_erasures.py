"""That somebody was erased, and what they had refused."""

from __future__ import annotations

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0013_found_by_other_identities"),
    ]

    operations = [
        migrations.CreateModel(
            name="RefusedContact",
            fields=[
                ("hash", models.CharField(max_length=64, primary_key=True, serialize=False)),
                ("channels", models.JSONField()),
                ("at", models.DateTimeField()),
            ],
            options={
                "db_table": "customers_refusedcontact",
            },
        ),
        migrations.CreateModel(
            name="Erasure",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("person_id", models.BigIntegerField()),
                ("profile_ids", models.JSONField()),
                ("reason", models.TextField()),
                ("asked_at", models.DateTimeField()),
                ("asked_by", models.BigIntegerField(null=True)),
                ("sealed", models.TextField(blank=True)),
                ("counts", models.JSONField(db_default={})),
                ("done_at", models.DateTimeField(null=True)),
            ],
            options={
                "indexes": [
                    models.Index(fields=["person_id"], name="customers_erasure_of"),
                    models.Index(
                        condition=models.Q(("done_at", None)),
                        fields=["id"],
                        name="customers_erasure_under_way",
                    ),
                ],
            },
        ),
    ]
