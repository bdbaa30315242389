"""What was counted for challenges, what was reached, and how far everybody is."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0018_found_by_zone"),
        ("loyalty", "0011_friends"),
    ]

    operations = [
        migrations.CreateModel(
            name="ChallengeProgress",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "challenge",
                        "person_id",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("challenge", models.TextField()),
                ("person_id", models.BigIntegerField()),
                ("window", models.TextField()),
                ("done", models.IntegerField()),
                ("reached", models.IntegerField()),
                ("is_over", models.BooleanField(db_default=False)),
                ("until", models.DateTimeField(null=True)),
                ("last_at", models.DateTimeField()),
            ],
            options={
                "indexes": [models.Index(fields=["person_id"], name="loyalty_progress_of")],
            },
        ),
        migrations.CreateModel(
            name="Stamp",
            fields=[
                (
                    "pk",
                    models.CompositePrimaryKey(
                        "ref",
                        "of_order",
                        "challenge",
                        blank=True,
                        editable=False,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                ("ref", models.BigIntegerField()),
                ("of_order", models.BooleanField()),
                ("challenge", models.TextField(blank=True)),
                ("profile_id", models.BigIntegerField()),
                ("at", models.DateTimeField()),
                ("amount", models.IntegerField()),
            ],
            options={
                "indexes": [
                    models.Index(
                        fields=["profile_id", "challenge", "at"], include=["amount"], name="loyalty_stamp_of"
                    )
                ],
                "constraints": [
                    models.CheckConstraint(
                        condition=models.Q(("amount__gte", 0)), name="loyalty_stamp_amount"
                    )
                ],
            },
        ),
        migrations.CreateModel(
            name="ChallengeReached",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("challenge", models.TextField()),
                ("window", models.TextField()),
                ("number", models.IntegerField()),
                (
                    "state",
                    models.TextField(
                        choices=[("given", "given"), ("refused", "refused"), ("withdrawn", "withdrawn")]
                    ),
                ),
                ("at", models.DateTimeField()),
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
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="loyalty.programmeversion",
                    ),
                ),
            ],
            options={
                "indexes": [models.Index(fields=["challenge", "at"], name="loyalty_reached_at")],
                "constraints": [
                    models.UniqueConstraint(
                        fields=("profile", "challenge", "window", "number"), name="loyalty_reached_key"
                    ),
                    models.CheckConstraint(
                        condition=models.Q(("number__gt", 0)), name="loyalty_reached_number"
                    ),
                ],
            },
        ),
    ]
