"""Codes are kept until they are sent, and which QR codes were used."""

from __future__ import annotations

import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("customers", "0017_found_by_their_zone"),
        ("loyalty", "0008_unearned_orders"),
    ]

    operations = [
        migrations.CreateModel(
            name="UsedQr",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("step", models.BigIntegerField()),
                ("used_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="spendingcode",
            name="channel",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="spendingcode",
            name="language",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="spendingcode",
            name="sealed",
            field=models.TextField(blank=True, db_default=""),
        ),
        migrations.AddField(
            model_name="spendingcode",
            name="sent_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="spendingcode",
            index=models.Index(fields=["made_at"], name="loyalty_spendingcode_made"),
        ),
        migrations.AddField(
            model_name="usedqr",
            name="profile",
            field=models.ForeignKey(
                db_index=False,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="customers.profile",
            ),
        ),
        migrations.AddIndex(
            model_name="usedqr",
            index=models.Index(fields=["used_at"], name="loyalty_usedqr_at"),
        ),
        migrations.AddConstraint(
            model_name="usedqr",
            constraint=models.UniqueConstraint(fields=("profile", "step"), name="loyalty_usedqr_once"),
        ),
    ]
